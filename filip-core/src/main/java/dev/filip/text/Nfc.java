package dev.filip.text;

import java.text.Normalizer;
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
}
