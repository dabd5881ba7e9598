package dev.filip.io;

/**
 * Wrong use or bad input: the user can mend it. The message is one line that names what, the value
 * and the rule; the command line prints it and exits with 2.
 */
public final class BadInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A ready message, made {@link #line one line} where it holds others' text. */
  public BadInput(String message) {
    super(line(message));
  }

  /** A ready message with what caused it. */
  public BadInput(String message, Throwable cause) {
    super(line(message), cause);
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

  /** A text in one line: its line ends and other control characters as Java writes them. */
  public static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        default -> {
          boolean control = c != '\t' && Character.isISOControl(c);
          if (control) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    return line.toString();
  }
}
