package dev.filip.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/** The texts of protocol 0: Python's source forms. */
final class PickleText {
  private PickleText() {}

  /** A string as Python 2's {@code repr} writes it, quotes included; its bytes in a charset. */
  static String quoted(String line, Charset charset) {
    int last = line.length() - 1;
    boolean quoted =
        last >= 1
            && line.charAt(0) == line.charAt(last)
            && (line.charAt(0) == '\'' || line.charAt(0) == '"');
    if (!quoted) {
      throw new BadPickle("has a string without quotes");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int i = 1;
    while (i < last) {
      char c = line.charAt(i++);
      if (c != '\\' || i == last) {
        bytes.write(c);
        continue;
      }
      char escaped = line.charAt(i++);
      if (escaped == 'x') {
        bytes.write(hex(line, i, 2));
        i += 2;
      } else {
        bytes.write(plain(escaped));
      }
    }
    return new String(bytes.toByteArray(), charset);
  }

  private static int plain(char escaped) {
    return switch (escaped) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case '\\', '\'', '"' -> escaped;
      default -> throw new BadPickle("has the escape \\" + escaped + " in a string");
    };
  }

  /** A text in Python's raw-unicode-escape: backslash u and four, or U and eight, digits. */
  static String escaped(String line) {
    if (line.indexOf('\\') < 0) {
      return line;
    }
    StringBuilder text = new StringBuilder(line.length());
    int i = 0;
    while (i < line.length()) {
      char c = line.charAt(i++);
      char kind = c == '\\' && i < line.length() ? line.charAt(i) : 0;
      int digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
      if (digits == 0) {
        text.append(c);
        continue;
      }
      int code = hex(line, i + 1, digits);
      if (!Character.isValidCodePoint(code)) {
        throw new BadPickle("has the character " + Integer.toHexString(code));
      }
      text.appendCodePoint(code);
      i += 1 + digits;
    }
    return text.toString();
  }

  private static int hex(String line, int from, int digits) {
    try {
      return Integer.parseUnsignedInt(line.substring(from, from + digits), 16);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new BadPickle("has an escape without its digits");
    }
  }
}
