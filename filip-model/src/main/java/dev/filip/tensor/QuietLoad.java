package dev.filip.tensor;

import java.io.PrintStream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Loads libtorch without JavaCPP's warning that OpenBLAS's jar is older than JavaCPP's: the pair is
 * pinned on purpose (docs/DEPENDENCIES.md) and the user can do nothing about it. Everything else
 * that is printed meanwhile passes.
 */
final class QuietLoad {
  private static final String KNOWN = "Warning: Versions of org.bytedeco:javacpp";

  private QuietLoad() {}

  static void torch() {
    PrintStream before = System.err;
    PrintStream filtered = new Filter(before);
    System.setErr(filtered);
    try {
      Loader.load(org.bytedeco.pytorch.global.torch.class);
    } finally {
      if (System.err == filtered) {
        System.setErr(before);
      }
    }
  }

  private static final class Filter extends PrintStream {
    Filter(PrintStream out) {
      super(out, true);
    }

    @Override
    public void println(@Nullable String line) {
      if (line == null || !line.startsWith(KNOWN)) {
        super.println(line);
      }
    }
  }
}
