package dev.filip.train;

/**
 * Training cannot go on: a loss that is not finite, a full disk. The message is one line that names
 * the step, the last good checkpoint and a likely cause; the command line prints it and exits with
 * 1.
 */
public final class TrainingStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A ready message: one line. */
  public TrainingStopped(String message) {
    super(message);
  }

  /** A ready message with what caused it. */
  public TrainingStopped(String message, Throwable cause) {
    super(message, cause);
  }
}
