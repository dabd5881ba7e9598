package dev.filip.text;

/** Lower case in the two ways of the Python tools. */
final class LowerCase {
  private static final int DOTTED_I = 0x130;
  private static final int SIGMA = 0x3A3;
  private static final int FINAL_SIGMA = 0x3C2;

  private LowerCase() {}

  /** Rust's {@code char::to_lowercase} on each code point: no context. */
  static MappedText perCodePoint(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); i++) {
      add(text, i, Character.toLowerCase(text.at(i)), out);
    }
    return out;
  }

  /** Python's {@code str.lower()}: a sigma at the end of a word becomes the final form. */
  static MappedText python(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); i++) {
      boolean last = text.at(i) == SIGMA && endsWord(text, i);
      add(text, i, last ? FINAL_SIGMA : Character.toLowerCase(text.at(i)), out);
    }
    return out;
  }

  private static void add(MappedText text, int i, int lower, MappedText out) {
    if (text.at(i) == DOTTED_I) {
      out.replace("i\u0307", text, i, i + 1);
    } else {
      out.add(lower, text.from(i), text.to(i));
    }
  }

  private static boolean endsWord(MappedText text, int i) {
    return casedAt(text, i, -1) && !casedAt(text, i, 1);
  }

  private static boolean casedAt(MappedText text, int i, int step) {
    int j = i + step;
    while (j >= 0 && j < text.size() && CodePoints.isCaseIgnorable(text.at(j))) {
      j += step;
    }
    return j >= 0 && j < text.size() && CodePoints.isCased(text.at(j));
  }
}
