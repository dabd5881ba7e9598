package dev.filip.text;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.function.IntPredicate;

/** Unicode's normal form C with the ranges kept: chunk by chunk. */
final class Nfc {
  // below this every code point is its own normal form and combines with nothing before it
  private static final int FIRST_MARK = 0x300;

  private Nfc() {}

  static MappedText of(MappedText text) {
    return of(text, _ -> false);
  }

  /** The form C of Unicode 9: what came later neither moves nor composes. */
  static MappedText ofUnicode9(MappedText text) {
    return of(text, Unicode9::isLater);
  }

  private static MappedText of(MappedText text, IntPredicate alone) {
    // every part of a normal text is normal, so cutting it at some code points changes nothing
    if (text.largest() < FIRST_MARK || Normalizer.isNormalized(text.text(), Normalizer.Form.NFC)) {
      return text;
    }
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); ) {
      int end = i + 1;
      if (alone.test(text.at(i))) {
        out.add(text, i, end);
        i = end;
        continue;
      }
      while (end < text.size() && joinsBefore(text.at(end)) && !alone.test(text.at(end))) {
        end++;
      }
      chunk(text, i, end, out);
      i = end;
    }
    return out;
  }

  private static void chunk(MappedText text, int start, int end, MappedText out) {
    String before = text.text(start, end);
    String after = Normalizer.normalize(before, Normalizer.Form.NFC);
    if (after.equals(before)) {
      out.add(text, start, end);
    } else {
      out.replace(after, text, start, end);
    }
  }

  /** Whether a code point may change or be changed by what stands before it. */
  private static boolean joinsBefore(int cp) {
    if (cp < FIRST_MARK) {
      return false;
    }
    return switch (Character.getType(cp)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      // Hangul vowels and finals, Kirat Rai vowel signs: letters that compose
      default -> cp >= 0x1160 && cp <= 0x11FF || cp >= 0x16D63 && cp <= 0x16D6A;
    };
  }

  /**
   * What Unicode got after version 9 that takes part in normalisation. The normaliser in Hugging
   * Face's {@code tokenizers} stands at version 9: to it these are letters that neither move nor
   * compose. Found by comparing {@code tokenizers} 0.23.3 with JDK 25 on every code point and
   * composition.
   */
  private static final class Unicode9 {
    /** First and last of each range: single marks, and whole blocks of later scripts. */
    private static final int[] LATER = {
      0x7FD, 0x7FD, 0x897, 0x89F, 0x8CA, 0x8D3, 0x9FE, 0x9FE, 0xC3C, 0xC3C, 0xD3B, 0xD3C, //
      0xEBA, 0xEBA, 0x1715, 0x1715, 0x1ABF, 0x1ACE, 0x1DF6, 0x1DFA, 0xA82C, 0xA82C, //
      0x105C0, 0x105FF, 0x10D24, 0x10D27, 0x10D69, 0x10D6D, 0x10EAB, 0x10EAC, 0x10EFD, 0x10EFF, //
      0x10F46, 0x10F50, 0x10F82, 0x10F85, 0x11070, 0x11070, 0x1133B, 0x1133B, 0x11380, 0x113FF, //
      0x1145E, 0x1145E, 0x11839, 0x1183A, 0x11900, 0x1195F, 0x119E0, 0x119E0, 0x11A34, 0x11A34, //
      0x11A47, 0x11A47, 0x11A99, 0x11A99, 0x11D42, 0x11D42, 0x11D44, 0x11D45, 0x11D97, 0x11D97, //
      0x11F41, 0x11F42, 0x16100, 0x1613F, 0x16D40, 0x16D7F, 0x16FF0, 0x16FF1, 0x1E08F, 0x1E08F, //
      0x1E130, 0x1E136, 0x1E2AE, 0x1E2AE, 0x1E2EC, 0x1E2EF, 0x1E4EC, 0x1E4EF, 0x1E5EE, 0x1E5EF,
    };

    private Unicode9() {}

    /** Whether a code point came later and is more than a letter to a newer normaliser. */
    static boolean isLater(int cp) {
      if (cp < LATER[0]) {
        return false;
      }
      int at = Arrays.binarySearch(LATER, cp);
      return at >= 0 || (-at - 1) % 2 == 1;
    }
  }
}
