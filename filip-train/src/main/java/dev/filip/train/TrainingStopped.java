package dev.filip.train;

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

  /** A loss or a gradient that is not finite. */
  public static final class Diverged extends TrainingStopped {
    private static final long serialVersionUID = 1L;

    Diverged(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
