package dev.filip.viz;

/** Text made safe for HTML and SVG. Stateless. */
public final class Html {
  private Html() {}

  /** Escapes the five characters that mean something in markup and drops control characters. */
  public static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '&' -> out.append("&amp;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      default -> {
        if (c >= ' ' || c == '\n' || c == '\t') {
          out.appendCodePoint(c);
        }
      }
    }
  }
}
