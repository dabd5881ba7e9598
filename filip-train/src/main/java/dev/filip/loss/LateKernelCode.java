package dev.filip.loss;

import dev.filip.io.Digests;
import dev.filip.io.NativeCache;
import dev.filip.io.Outputs;
import dev.filip.tensor.Nvrtc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * {@code late.cu} as machine code for a kind of GPU, compiled once and kept in the user's cache by
 * source, GPU and types. Thread-safe.
 *
 * @param folder where it is kept; one that cannot be written is left alone
 */
record LateKernelCode(Path folder) {
  private static final String NAME = "late.cu";
  private static final int DIGITS = 16;

  /** In the user's cache. */
  static LateKernelCode cached() {
    return new LateKernelCode(NativeCache.userCache().resolve("filip").resolve("kernels"));
  }

  /**
   * For features and winners of a kind.
   *
   * @param half whether features are fp16, else bf16
   * @param wide whether a winner takes two bytes
   */
  record Types(boolean half, boolean wide) {
    private List<String> defines() {
      return List.of("HALF=" + (half ? 1 : 0), "INDEX=unsigned " + (wide ? "short" : "char"));
    }
  }

  /** What was kept, or {@link #compiled}. */
  byte[] of(String architecture, Types types) {
    Path file = file(architecture, types);
    try {
      return Files.isRegularFile(file) ? Files.readAllBytes(file) : compiled(architecture, types);
    } catch (IOException e) {
      return compiled(architecture, types);
    }
  }

  /**
   * Compiled anew and kept.
   *
   * @throws IllegalStateException without NVRTC, or where it refuses
   */
  byte[] compiled(String architecture, Types types) {
    byte[] code = Nvrtc.find().compile(NAME, source(), architecture, types.defines());
    try {
      Files.createDirectories(folder);
      Outputs.file(file(architecture, types), code);
    } catch (IOException e) {
      return code; // the next process compiles again
    }
    return code;
  }

  private Path file(String architecture, Types types) {
    String of = Digests.sha256(source() + types.defines());
    return folder.resolve("late-" + architecture + "-" + of.substring(0, DIGITS) + ".cubin");
  }

  private static String source() {
    try (InputStream in = Objects.requireNonNull(LateKernelCode.class.getResourceAsStream(NAME))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
