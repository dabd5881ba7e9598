package dev.filip.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Texts whose elements are bytes: decoding them as UTF-8, and mending what got lost on the way. */
final class Utf8Bytes {
  // UTF-8 whose byte A0 became a space; the bytes before A0 that make a likely character
  private static final Pattern SPACED =
      Pattern.compile(
          "[\u00c2\u00c3\u00c5\u00ce\u00d0\u00d9] "
              + "|[\u00e2\u00e3] [\u0080-\u0084\u0086-\u009f\u00a1-\u00bf]"
              + "|[\u00e0-\u00e3][\u0080-\u0084\u0086-\u009f\u00a1-\u00bf] "
              + "|\u00f0 [\u0080-\u00bf][\u0080-\u00bf]"
              + "|\u00f0[\u0080-\u00bf] [\u0080-\u00bf]"
              + "|\u00f0[\u0080-\u00bf][\u0080-\u00bf] ");
  private static final Pattern A_GRAVE = Pattern.compile("\u00c3 (?! |quele|quela|quilo|s )");
  // sequences some of whose bytes became 1A, or once a question mark
  private static final Pattern LOSSY =
      Pattern.compile(
          "[\u00c2-\u00df]\u001a|[\u00c2-\u00c3]\\?"
              + "|\u00ed[\u00a0-\u00af][\u001a?]\u00ed[\u00b0-\u00bf][\u001a?\u0080-\u00bf]"
              + "|\u00ed[\u00a0-\u00af][\u001a?\u0080-\u00bf]\u00ed[\u00b0-\u00bf][\u001a?]"
              + "|[\u00e0-\u00ef][\u001a?][\u001a\u0080-\u00bf]"
              + "|[\u00e0-\u00ef][\u001a\u0080-\u00bf][\u001a?]"
              + "|[\u00f0-\u00f4][\u001a?][\u001a\u0080-\u00bf][\u001a\u0080-\u00bf]"
              + "|[\u00f0-\u00f4][\u001a\u0080-\u00bf][\u001a?][\u001a\u0080-\u00bf]"
              + "|[\u00f0-\u00f4][\u001a\u0080-\u00bf][\u001a\u0080-\u00bf][\u001a?]"
              + "|\u001a");

  private Utf8Bytes() {}

  /** Puts back A0 where a space stands in the middle of what would be UTF-8. */
  static MappedText restoreA0(MappedText bytes) {
    if (!SPACED.matcher(bytes.text()).find()) {
      return bytes;
    }
    MappedText graves = new MappedText(bytes.size() + 4);
    int done = 0;
    for (Matcher found = A_GRAVE.matcher(bytes.text()); found.find(); done = found.end()) {
      graves.add(bytes, done, found.start());
      graves.add(bytes, found.start());
      graves.replace("\u00a0 ", bytes, found.start() + 1, found.end());
    }
    graves.add(bytes, done, bytes.size());
    MappedText out = new MappedText(graves.size());
    done = 0;
    for (Matcher found = SPACED.matcher(graves.text()); found.find(); done = found.end()) {
      out.add(graves, done, found.start());
      for (int i = found.start(); i < found.end(); i++) {
        out.add(graves.at(i) == ' ' ? 0xA0 : graves.at(i), graves.from(i), graves.to(i));
      }
    }
    out.add(graves, done, graves.size());
    return out;
  }

  /** Puts U+FFFD, as UTF-8, for sequences that lost a byte. */
  static MappedText replaceLossy(MappedText bytes) {
    MappedText out = new MappedText(bytes.size());
    int done = 0;
    for (Matcher found = LOSSY.matcher(bytes.text()); found.find(); done = found.end()) {
      out.add(bytes, done, found.start());
      out.replace("\u00ef\u00bf\u00bd", bytes, found.start(), found.end());
    }
    out.add(bytes, done, bytes.size());
    return out;
  }

  /**
   * Decodes UTF-8 strictly, or null. Two foreign forms are understood too: a pair of surrogates in
   * six bytes (CESU-8) and U+0000 as C0 80 (Java).
   */
  static @Nullable MappedText decode(MappedText bytes) {
    MappedText out = new MappedText(bytes.size());
    for (int i = 0; i < bytes.size(); ) {
      int length = length(bytes, i);
      int cp = length == 0 ? -1 : length == 6 ? pair(bytes, i) : point(bytes, i, length);
      if (cp < 0) {
        return null;
      }
      out.add(cp, bytes.from(i), bytes.to(i + length - 1));
      i += length;
    }
    return out;
  }

  /** Bytes of the sequence at i, 0 for a wrong one. */
  private static int length(MappedText bytes, int i) {
    int first = bytes.at(i);
    if (first < 0x80) {
      return 1;
    }
    if (first == 0xC0) {
      return i + 1 < bytes.size() && bytes.at(i + 1) == 0x80 ? 2 : 0;
    }
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (i + length > bytes.size()) {
      return 0;
    }
    for (int k = 1; k < length; k++) {
      if (!continues(bytes.at(i + k), 0x80, 0xBF)) {
        return 0;
      }
    }
    return first == 0xED && bytes.at(i + 1) >= 0xA0 ? pairLength(bytes, i) : length;
  }

  private static boolean continues(int b, int low, int high) {
    return b >= low && b <= high;
  }

  private static int pairLength(MappedText bytes, int i) {
    boolean pair =
        i + 6 <= bytes.size()
            && continues(bytes.at(i + 1), 0xA0, 0xAF)
            && bytes.at(i + 3) == 0xED
            && continues(bytes.at(i + 4), 0xB0, 0xBF)
            && continues(bytes.at(i + 5), 0x80, 0xBF);
    return pair ? 6 : 0;
  }

  private static int pair(MappedText bytes, int i) {
    return ((bytes.at(i + 1) & 0x0F) << 16)
        + ((bytes.at(i + 2) & 0x3F) << 10)
        + ((bytes.at(i + 4) & 0x0F) << 6)
        + (bytes.at(i + 5) & 0x3F)
        + 0x10000;
  }

  /** The code point, or -1 for one written too long or beyond Unicode. */
  private static int point(MappedText bytes, int i, int length) {
    if (length == 1) {
      return bytes.at(i);
    }
    int cp = bytes.at(i) & 0x7F >> length;
    for (int k = 1; k < length; k++) {
      cp = cp << 6 | bytes.at(i + k) & 0x3F;
    }
    int least = length == 2 ? 0 : length == 3 ? 0x800 : 0x10000;
    return cp >= least && cp <= 0x10FFFF ? cp : -1;
  }
}
