package dev.filip.text;

/** Character classes as the regular expressions of the Python tools have them. */
final class CodePoints {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private CodePoints() {}

  /** {@code \s} of both regex engines: Unicode's White_Space. */
  static boolean isSpace(int cp) {
    return cp == ' '
        || cp >= 0x09 && cp <= 0x0D
        || cp == 0x85
        || cp == 0xA0
        || cp >= 0x1680 && isWideSpace(cp);
  }

  private static boolean isWideSpace(int cp) {
    return cp == 0x1680
        || cp >= 0x2000 && cp <= 0x200A
        || cp == 0x2028
        || cp == 0x2029
        || cp == 0x202F
        || cp == 0x205F
        || cp == 0x3000;
  }

  /** What Python's {@code str.split()} splits at: White_Space and the separators U+001C..1F. */
  static boolean isPythonSpace(int cp) {
    return isSpace(cp) || cp >= 0x1C && cp <= 0x1F;
  }

  /** {@code \p{N}}: decimal digits, letter numbers, other numbers. */
  static boolean isNumber(int cp) {
    if (cp < 0x80) {
      return cp >= '0' && cp <= '9';
    }
    int type = Character.getType(cp);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  /** {@code \p{L}}. */
  static boolean isLetter(int cp) {
    return Character.isLetter(cp);
  }

  /** {@code \w} of Rust's regular expressions: letters, marks, digits, joiners, {@code _}. */
  static boolean isWord(int cp) {
    return Character.isAlphabetic(cp)
        || cp == ZERO_WIDTH_NON_JOINER
        || cp == ZERO_WIDTH_JOINER
        || switch (Character.getType(cp)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.DECIMAL_DIGIT_NUMBER,
              Character.CONNECTOR_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  /** Unicode's Cased property. */
  static boolean isCased(int cp) {
    return Character.isLowerCase(cp) || Character.isUpperCase(cp) || Character.isTitleCase(cp);
  }

  /** Unicode's Case_Ignorable property: marks, format characters, modifiers, word-inner points. */
  static boolean isCaseIgnorable(int cp) {
    return switch (Character.getType(cp)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default ->
          ".:'\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A"
                  .indexOf(cp)
              >= 0;
    };
  }
}
