package dev.filip.curate;

/**
 * Texts that are too short to tell of a picture, or too long. Words are parted by white space.
 *
 * @param leastWords fewest words
 * @param mostWords most words
 * @param leastCharacters fewest characters (code points)
 * @param mostCharacters most characters
 */
record LengthRule(int leastWords, int mostWords, int leastCharacters, int mostCharacters)
    implements TextRule {
  /** White space among the first 64 characters, bit by bit: tab to CR, FS to US, the space. */
  private static final long SPACES = 0x1_F000_3E00L;

  /** No other is below. */
  private static final char OTHER_SPACES = '\u1680';

  @Override
  public Outcome apply(String caption) {
    int words = words(caption);
    if (words < leastWords || words > mostWords) {
      return Outcome.taken(range(words, "word", leastWords, mostWords));
    }
    int characters = caption.codePointCount(0, caption.length());
    if (characters < leastCharacters || characters > mostCharacters) {
      return Outcome.taken(range(characters, "character", leastCharacters, mostCharacters));
    }
    return Outcome.kept(caption);
  }

  private static String range(int got, String unit, int least, int most) {
    String units = got == 1 ? unit : unit + "s";
    return got + " " + units + ", not in [" + least + ", " + most + "]";
  }

  /** Runs of anything but white space; without branches, which words' ends would make wrong. */
  static int words(String text) {
    int words = 0;
    int before = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int space = (int) (SPACES >>> c) & c - Long.SIZE >>> 31;
      if (c >= OTHER_SPACES) {
        space = Character.isWhitespace(c) ? 1 : 0;
      }
      words += before & ~space;
      before = space;
    }
    return words;
  }
}
