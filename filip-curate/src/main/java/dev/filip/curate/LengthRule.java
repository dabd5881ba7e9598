package dev.filip.curate;

import java.util.Locale;

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
    return String.format(
        Locale.ROOT, "%d %s%s, not in [%d, %d]", got, unit, got == 1 ? "" : "s", least, most);
  }

  /** Runs of anything but white space. */
  static int words(String text) {
    int words = 0;
    boolean within = false;
    for (int i = 0; i < text.length(); i++) {
      boolean space = Character.isWhitespace(text.charAt(i));
      words += !space && !within ? 1 : 0;
      within = !space;
    }
    return words;
  }
}
