package dev.filip.io;

/**
 * Wrong use or bad input: the user can mend it. The message is one line that names what, the value
 * and the rule; the command line prints it and exits with 2.
 */
public final class BadInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A ready message: one line. */
  public BadInput(String message) {
    super(oneLine(message));
  }

  /** A ready message with what caused it. */
  public BadInput(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** A name or value out of a foreign file may hold ends of lines. */
  private static String oneLine(String message) {
    return message.replace("\r", "\\r").replace("\n", "\\n");
  }

  /** {@code key must be RULE, got VALUE}. */
  public static BadInput of(String key, Object value, String rule) {
    return new BadInput(key + " must be " + rule + ", got " + value);
  }

  /** Throws {@link #of} unless {@code holds}. */
  public static void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw of(key, value, rule);
    }
  }
}
