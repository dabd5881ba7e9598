package dev.filip.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HTML character references as Python's {@code html.unescape} and ftfy's {@code unescape_html}. */
final class HtmlReferences {
  private static final int LONGEST = 32;
  private static final int LONGEST_STRICT = 24;

  private HtmlReferences() {}

  /** The table of HTML's named references, loaded when first needed. */
  private static final class Names {
    static final Map<String, String> HTML = new HashMap<>();
    static final Map<String, String> CAPITALS = new HashMap<>();

    static {
      try (InputStream in = HtmlReferences.class.getResourceAsStream("html-entities.txt")) {
        if (in == null) {
          throw new IllegalStateException("resource html-entities.txt is missing");
        }
        new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(Names::line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Names() {}

    // name, space, code points in hex; ^ before a name in capitals that only ftfy knows
    private static void line(String line) {
      if (line.isBlank() || line.startsWith("#")) {
        return;
      }
      String[] parts = line.split(" ");
      int[] points =
          Arrays.stream(parts).skip(1).mapToInt(hex -> Integer.parseInt(hex, 16)).toArray();
      boolean capitals = parts[0].startsWith("^");
      (capitals ? CAPITALS : HTML)
          .put(capitals ? parts[0].substring(1) : parts[0], new String(points, 0, points.length));
    }
  }

  /** Python's {@code html.unescape}: numbers, names, and old names without a semicolon. */
  static MappedText unescape(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); ) {
      int end = text.at(i) == '&' ? end(text, i) : -1;
      if (end < 0) {
        out.add(text, i++);
      } else {
        reference(text, i, end, out);
        i = end;
      }
    }
    return out;
  }

  /** End of the reference at i by Python's pattern, or -1. */
  private static int end(MappedText text, int i) {
    int at = i + 1;
    if (at < text.size() && text.at(at) == '#') {
      int digits = at + 1;
      boolean hex = digits < text.size() && (text.at(digits) | 0x20) == 'x';
      digits += hex ? 1 : 0;
      int end = digits;
      while (end < text.size() && Character.digit(ascii(text.at(end)), hex ? 16 : 10) >= 0) {
        end++;
      }
      return end == digits ? -1 : semicolon(text, end);
    }
    int end = at;
    while (end < text.size() && end - at < LONGEST && "\t\n\f <&#;".indexOf(text.at(end)) < 0) {
      end++;
    }
    return end == at ? -1 : semicolon(text, end);
  }

  private static int ascii(int cp) {
    return cp < 0x80 ? cp : 0;
  }

  private static int semicolon(MappedText text, int end) {
    return end < text.size() && text.at(end) == ';' ? end + 1 : end;
  }

  private static void reference(MappedText text, int start, int end, MappedText out) {
    String name = text.text(start + 1, end);
    if (name.startsWith("#")) {
      out.replace(number(name), text, start, end);
      return;
    }
    String whole = Names.HTML.get(name);
    if (whole != null) {
      out.replace(whole, text, start, end);
      return;
    }
    for (int length = name.codePointCount(0, name.length()) - 1; length > 1; length--) {
      String known = Names.HTML.get(text.text(start + 1, start + 1 + length));
      if (known != null) {
        out.replace(known, text, start, start + 1 + length);
        out.add(text, start + 1 + length, end);
        return;
      }
    }
    out.add(text, start, end);
  }

  /** {@code #38;} or {@code #x26}: what a browser shows; nothing for an invalid one. */
  private static String number(String name) {
    boolean hex = (name.charAt(1) | 0x20) == 'x';
    int value = 0;
    for (int i = hex ? 2 : 1; i < name.length() && name.charAt(i) != ';'; i++) {
      value = Math.min(0x110000, value * (hex ? 16 : 10) + Character.digit(name.charAt(i), 16));
    }
    if (value == 0 || value >= 0xD800 && value <= 0xDFFF || value > 0x10FFFF) {
      return "\uFFFD";
    }
    if (value >= 0x80 && value <= 0x9F) {
      return Character.toString(Windows1252.ofC1(value));
    }
    return isInvalid(value) ? "" : Character.toString(value);
  }

  private static boolean isInvalid(int cp) {
    return cp <= 0x08
        || cp == 0x0B
        || cp >= 0x0E && cp <= 0x1F
        || cp == 0x7F
        || cp >= 0xFDD0 && cp <= 0xFDEF
        || (cp & 0xFFFE) == 0xFFFE;
  }

  /** ftfy's {@code unescape_html}: only what ends in a semicolon, and some names in capitals. */
  static MappedText unescapeStrictly(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); ) {
      int end = text.at(i) == '&' ? strictEnd(text, i) : -1;
      String known = end < 0 ? null : strict(text.text(i + 1, end));
      if (known == null) {
        out.add(text, i++);
      } else {
        out.replace(known, text, i, end);
        i = end;
      }
    }
    return out;
  }

  /** End of {@code &#?[0-9A-Za-z]{1,24};} at i, or -1. */
  private static int strictEnd(MappedText text, int i) {
    int start = i + 1 < text.size() && text.at(i + 1) == '#' ? i + 2 : i + 1;
    int end = start;
    while (end < text.size()
        && end - start < LONGEST_STRICT
        && text.at(end) < 0x80
        && Character.isLetterOrDigit(text.at(end))) {
      end++;
    }
    return end > start && end < text.size() && text.at(end) == ';' ? end + 1 : -1;
  }

  private static @Nullable String strict(String name) {
    if (!name.startsWith("#")) {
      String known = Names.HTML.get(name);
      return known == null ? Names.CAPITALS.get(name) : known;
    }
    MappedText reference = MappedText.of("&" + name);
    String plain = unescape(reference).text();
    return plain.contains(";") ? null : plain;
  }
}
