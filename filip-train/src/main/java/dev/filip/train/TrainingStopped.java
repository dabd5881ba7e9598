package dev.filip.train;

import dev.filip.io.Reasons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Training cannot go on: a loss that is not finite, a full disk. The message is one line that names
 * the step, the last good checkpoint and a likely cause; the command line prints it and exits with
 * 1.
 */
public class TrainingStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A ready message: one line. */
  public TrainingStopped(String message) {
    super(message);
  }

  /** A ready message with what caused it. */
  public TrainingStopped(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What went wrong, in the words of the operating system, on one line. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "permission denied on " + denied.getFile();
    }
    if (e instanceof FileSystemException failed) {
      String why = failed.getReason() == null ? Reasons.of(failed) : failed.getReason();
      return why + " on " + failed.getFile();
    }
    return Reasons.of(e);
  }

  /** The I/O failure inside, whether thrown plainly or unchecked. */
  static IOException cause(Exception e) {
    return switch (e) {
      case IOException io -> io;
      case UncheckedIOException io -> Objects.requireNonNull(io.getCause());
      default -> new IOException(e.getMessage(), e);
    };
  }

  /** A loss or a gradient that is not finite. */
  public static final class Diverged extends TrainingStopped {
    private static final long serialVersionUID = 1L;

    Diverged(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
