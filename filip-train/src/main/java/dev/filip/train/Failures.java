package dev.filip.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** What went wrong, in the words of the operating system, on one line. */
final class Failures {
  private Failures() {}

  static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "permission denied on " + denied.getFile();
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason() + " on " + failed.getFile();
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.split("\n", 2)[0];
  }

  /** The I/O failure inside, whether thrown plainly or unchecked. */
  static IOException cause(Exception e) {
    return switch (e) {
      case IOException io -> io;
      case UncheckedIOException io -> java.util.Objects.requireNonNull(io.getCause());
      default -> new IOException(e.getMessage(), e);
    };
  }
}
