package dev.filip.distributed;

/**
 * Another rank is gone, hangs or has failed: this one cannot go on. The message is one line; the
 * command line prints it and exits with 1.
 */
public final class LostPeer extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Begins every message: a launcher tells by it who failed first. */
  public static final String PREFIX = "another rank is lost: ";

  /**
   * @param what happened, one line
   */
  public LostPeer(String what, Throwable cause) {
    super(PREFIX + what, cause);
  }

  /** The same where no exception told it. */
  public LostPeer(String what) {
    super(PREFIX + what);
  }

  /** What happened, without the prefix. */
  public String what() {
    return String.valueOf(getMessage()).substring(PREFIX.length());
  }

  /** From what c10d threw while {@code doing} something. */
  static LostPeer of(String doing, int timeoutSeconds, RuntimeException thrown) {
    return new LostPeer(
        reason(String.valueOf(thrown.getMessage()), timeoutSeconds) + " while " + doing, thrown);
  }

  /** What a message of c10d means, in one line. */
  static String reason(String message, int timeoutSeconds) {
    if (message.contains("Timed out")
        || message.contains("timed out")
        || message.contains("timeout")) {
      return "no answer within " + timeoutSeconds + " s (distributed.timeout)";
    }
    if (message.contains("Connection closed")
        || message.contains("Connection reset")
        || message.contains("Broken pipe")
        || message.contains("pair closure")
        || message.contains("Failed to recv")
        || message.contains("got 0 bytes")) {
      return "its connection is closed";
    }
    String first = message.lines().findFirst().orElse("");
    int trace = first.indexOf("Exception raised");
    return trace > 0 ? first.substring(0, trace).strip() : first;
  }
}
