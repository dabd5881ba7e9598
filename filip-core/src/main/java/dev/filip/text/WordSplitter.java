package dev.filip.text;

import dev.filip.config.TextBehaviour;

/**
 * CLIP's pattern over a cleaned text, {@code
 * 's|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+}: contractions, runs of letters, single
 * digits, runs of the rest. The special tokens of the Python patterns are left out on purpose: text
 * is text.
 */
final class WordSplitter {
  private static final int LONG_S = 0x17F;
  private static final int IOTA_BELOW = 0x345;
  private final boolean ignoresCase;

  /**
   * open_clip's own tokenizer compiles the pattern with IGNORECASE, which matters for two
   * characters.
   */
  WordSplitter(TextBehaviour behaviour) {
    ignoresCase =
        switch (behaviour) {
          case OPEN_CLIP, OPEN_CLIP_WITHOUT_FTFY -> true;
          case TRANSFORMERS, OPEN_CLIP_HF -> false;
        };
  }

  /** Takes a word [start, end) of the text. */
  interface Words {
    void word(MappedText text, int start, int end);
  }

  /** Calls {@code words} for each word in order. */
  void split(MappedText text, Words words) {
    for (int i = 0; i < text.size(); ) {
      if (skipped(text.at(i))) {
        i++;
        continue;
      }
      int end = end(text, i);
      words.word(text, i, end);
      i = end;
    }
  }

  private int end(MappedText text, int i) {
    int contraction = contraction(text, i);
    if (contraction > 0) {
      return i + contraction;
    }
    if (CodePoints.isLetter(text.at(i))) {
      return run(text, i, true);
    }
    return CodePoints.isNumber(text.at(i)) ? i + 1 : run(text, i, false);
  }

  private int run(MappedText text, int i, boolean letters) {
    int end = i + 1;
    while (end < text.size()
        && (letters ? CodePoints.isLetter(text.at(end)) : other(text.at(end)))) {
      end++;
    }
    return end;
  }

  private boolean other(int cp) {
    return !skipped(cp) && !CodePoints.isLetter(cp) && !CodePoints.isNumber(cp);
  }

  // U+0345 is no letter, but without case it equals one: Python's pattern then matches neither way
  private boolean skipped(int cp) {
    return CodePoints.isSpace(cp) || ignoresCase && cp == IOTA_BELOW;
  }

  /** Length of the contraction at i, or 0. */
  private int contraction(MappedText text, int i) {
    if (text.at(i) != '\'' || i + 1 >= text.size()) {
      return 0;
    }
    int first = text.at(i + 1);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    if (ignoresCase && first == LONG_S) {
      return 2;
    }
    int second = i + 2 < text.size() ? text.at(i + 2) : 0;
    boolean three =
        (first == 'r' || first == 'v') && second == 'e' || first == 'l' && second == 'l';
    return three ? 3 : 0;
  }
}
