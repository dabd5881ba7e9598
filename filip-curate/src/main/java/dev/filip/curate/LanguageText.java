package dev.filip.curate;

import java.nio.CharBuffer;
import opennlp.tools.util.StringUtil;
import opennlp.tools.util.normalizer.AggregateCharSequenceNormalizer;
import opennlp.tools.util.normalizer.CharSequenceNormalizer;
import opennlp.tools.util.normalizer.EmojiCharSequenceNormalizer;
import opennlp.tools.util.normalizer.NumberCharSequenceNormalizer;
import opennlp.tools.util.normalizer.ShrinkCharSequenceNormalizer;
import opennlp.tools.util.normalizer.TwitterCharSequenceNormalizer;
import opennlp.tools.util.normalizer.UrlCharSequenceNormalizer;

/**
 * Texts as Apache OpenNLP's detector of languages reads them: without emoji, addresses, handles,
 * smileys and numbers, letters that repeat shortened, in lower case. Most captions hold only the
 * last of these, which are done here in one pass; the others go through the library's patterns.
 */
final class LanguageText {
  /** The library's, in its order ({@code LanguageDetectorFactory}). */
  private static final CharSequenceNormalizer WHOLE =
      new AggregateCharSequenceNormalizer(
          EmojiCharSequenceNormalizer.getInstance(),
          UrlCharSequenceNormalizer.getInstance(),
          TwitterCharSequenceNormalizer.getInstance(),
          NumberCharSequenceNormalizer.getInstance(),
          ShrinkCharSequenceNormalizer.getInstance());

  /** States of the look for what the library's patterns find; a state is a shift, below. */
  private static final int START = 0;

  private static final int LETTER = 6;
  private static final int CROSS = 12;
  private static final int FIRST_R = 18;
  private static final int BREATH = 24;
  private static final int VOWEL = 30;
  private static final int OTHER = 36;

  /**
   * By character: the next state, six bits for each state; then in lower case, digits and hyphens
   * as spaces; then its {@link #code}.
   */
  private static final long[] NEXT = new long[128];

  private static final int FOLDED = 48;
  private static final int CODE = 56;

  /** Set where a character has no code of its own. */
  private static final int CODELESS = 62;

  /** Bits of a code. */
  static final int CODE_BITS = 5;

  /** The code of all characters that have none of their own. */
  static final int OTHER_CODE = (1 << CODE_BITS) - 1;

  /** Characters with a code of their own, 1 for the first; 0 is none. */
  private static final String COMMON = " abcdefghijklmnopqrstuvwxyz.,'";

  static {
    for (int c = 0; c < 128; c++) {
      char low = lower((char) c);
      for (int state = START; state <= OTHER; state += 6) {
        NEXT[c] |= (long) next(state, low) << state;
      }
      char folded = low >= '0' && low <= '9' || low == '-' ? ' ' : low;
      NEXT[c] |= (long) folded << FOLDED | (long) code(folded) << CODE;
      NEXT[c] |= code(folded) == 0 || code(folded) == OTHER_CODE ? 1L << CODELESS : 0;
    }
  }

  /** A small number for the commonest characters, as {@link #of} leaves them. */
  static int code(char c) {
    return c == 0 ? 0 : COMMON.indexOf(c) < 0 ? OTHER_CODE : COMMON.indexOf(c) + 1;
  }

  /** A text that only {@link #of} reads. */
  static final int NOT_PLAIN = Integer.MIN_VALUE;

  private LanguageText() {}

  private static int next(int state, char low) {
    boolean breath = low == 'h' || low == 'j';
    boolean vowel = "aieou".indexOf(low) >= 0;
    boolean letter = low >= 'a' && low <= 'z';
    if (state == OTHER
        || low >= '\t' && low <= '\r'
        || ":;@#".indexOf(low) >= 0
        || state == CROSS && "-()dop".indexOf(low) >= 0
        || state == FIRST_R && low == 't'
        || state == VOWEL && breath) {
      return OTHER;
    }
    if (low == 'x' || breath) {
      return breath ? BREATH : CROSS;
    }
    if (low == 'r' && state == START) {
      return FIRST_R;
    }
    boolean laugh = vowel && (state == BREATH || state == VOWEL);
    return laugh ? VOWEL : letter ? LETTER : START;
  }

  /**
   * The text of {@link #of} where it is ASCII and plain, in one pass: nothing in it is for the
   * library's patterns, and of white space it has spaces alone.
   *
   * @param text gets it, if it is such
   * @param from how long it was
   * @param codes gets the code of each character
   * @return how long it is; the complement of that where a character of it may have no code; {@link
   *     #NOT_PLAIN} where it is not such
   */
  static int plain(char[] text, int from, byte[] codes) {
    long state = START;
    long all = 0;
    int length = 0;
    int before = -1;
    int row = 0;
    for (int i = 0; i < from; i++) {
      char given = text[i];
      if (given >= NEXT.length) {
        return NOT_PLAIN;
      }
      long next = NEXT[given];
      all |= next;
      state = next >>> state;
      int c = (int) (next >>> FOLDED) & 127;
      row = c == before ? row + 1 : 0;
      before = c;
      text[length] = (char) c;
      codes[length] = (byte) (next >>> CODE & OTHER_CODE);
      length += row < (c == ' ' ? 1 : 2) ? 1 : 0;
    }
    boolean coded = (all >>> CODELESS & 1) == 0;
    return (state & 63) == OTHER ? NOT_PLAIN : coded ? length : ~length;
  }

  static CharSequence of(String text) {
    return isPlain(text) ? plain(text) : whole(text);
  }

  /** The slow way, for every text. */
  static CharSequence whole(String text) {
    return StringUtil.toLowerCaseCharBuffer(WHOLE.normalize(text));
  }

  /** Whether none of the first three normalizers can find anything. */
  private static boolean isPlain(String text) {
    boolean laugh = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ':' || c == ';' || c == '@' || c == '#' || c >= Character.MIN_SURROGATE) {
        return false;
      }
      char low = lower(c);
      if (low == 'x' && "-()dop".indexOf(next(text, i)) >= 0
          || low == 'r' && next(text, i) == 't' && !isLetter(text, i - 1)) {
        return false;
      }
      // h or j, vowels, h or j: perhaps a laugh
      boolean vowel = "aieou".indexOf(low) >= 0;
      boolean breath = low == 'h' || low == 'j';
      if (breath && laugh && i > 0 && !isBreath(text, i - 1)) {
        return false;
      }
      laugh = breath || vowel && laugh;
    }
    return true;
  }

  private static boolean isBreath(String text, int i) {
    char low = lower(text.charAt(i));
    return low == 'h' || low == 'j';
  }

  private static boolean isLetter(String text, int i) {
    return i >= 0 && lower(text.charAt(i)) >= 'a' && lower(text.charAt(i)) <= 'z';
  }

  private static char next(String text, int i) {
    return i + 1 < text.length() ? lower(text.charAt(i + 1)) : '\0';
  }

  private static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  private static CharSequence plain(String text) {
    char[] out = new char[text.length()];
    int end = shrinkSpaces(out, withoutNumbers(text, out));
    end = shrinkLetters(out, end);
    int start = 0;
    while (start < end && out[start] <= ' ') {
      start++;
    }
    while (end > start && out[end - 1] <= ' ') {
      end--;
    }
    for (int i = start; i < end; i++) {
      out[i] = Character.toLowerCase(out[i]);
    }
    return CharBuffer.wrap(out, start, end - start);
  }

  /** A row of digits becomes a space, and one of hyphens: the library's emoji have them. */
  private static int withoutNumbers(String text, char[] out) {
    int end = 0;
    int before = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int row = c >= '0' && c <= '9' ? 1 : c == '-' ? 2 : 0;
      if (row == 0) {
        out[end++] = c;
      } else if (row != before) {
        out[end++] = ' ';
      }
      before = row;
    }
    return end;
  }

  /** Two and more white spaces become one space. */
  private static int shrinkSpaces(char[] text, int length) {
    int end = 0;
    for (int i = 0; i < length; ) {
      int run = i;
      while (run < length && (text[run] == ' ' || text[run] >= '\t' && text[run] <= '\r')) {
        run++;
      }
      text[end++] = run - i >= 2 ? ' ' : text[i];
      i = Math.max(run, i + 1);
    }
    return end;
  }

  /** Three and more of the same, whatever the case, become the first of them twice. */
  private static int shrinkLetters(char[] text, int length) {
    int end = 0;
    for (int i = 0; i < length; ) {
      char c = text[i];
      int run = i + 1;
      while (run < length && lower(text[run]) == lower(c) && !isLineEnd(c)) {
        run++;
      }
      text[end++] = c;
      if (run - i >= 2) {
        text[end++] = run - i >= 3 ? c : text[i + 1];
      }
      i = run;
    }
    return end;
  }

  /** What a dot in a pattern does not take. */
  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }
}
