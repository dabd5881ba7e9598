package dev.filip.text;

/** What web browsers make of the C1 controls U+0080..9F: the characters of Windows-1252. */
final class Windows1252 {
  private static final String C1 =
      "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D"
          + "\u008F\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153"
          + "\u009D\u017E\u0178";

  private Windows1252() {}

  /** The character a C1 control stands for; any other code point, and the five gaps, as it is. */
  static int ofC1(int cp) {
    return cp >= 0x80 && cp <= 0x9F ? C1.charAt(cp - 0x80) : cp;
  }
}
