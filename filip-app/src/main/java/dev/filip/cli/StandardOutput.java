package dev.filip.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it could not be written: {@link PrintStream} swallows it, and
 * results lost on a full disk would end with code 0. A pipe that its reader closed ({@code filip
 * ... | head}) is no failure.
 */
final class StandardOutput extends FilterOutputStream {
  private volatile @Nullable IOException failure;

  StandardOutput(OutputStream out) {
    super(out);
  }

  /** Puts one in {@link System#out}'s place, in the same character set. */
  static StandardOutput install() {
    StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    Charset set = System.out.charset();
    System.setOut(new PrintStream(new BufferedOutputStream(out, 8192), true, set));
    return out;
  }

  /** Whether results were lost; says so, and why, in one line on standard error. */
  boolean lost() {
    System.out.flush();
    IOException why = failure;
    if (why == null || isClosedPipe(why)) {
      return false;
    }
    System.err.println("filip: standard output cannot be written: " + why.getMessage());
    return true;
  }

  private static boolean isClosedPipe(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("pipe");
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    try {
      out.write(bytes, from, count);
    } catch (IOException e) {
      if (failure == null) {
        failure = e;
      }
      throw e;
    }
  }
}
