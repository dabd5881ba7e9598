package dev.filip.search;

import java.util.List;

/** Makes vectors of a query's texts. Safe for any thread. */
public interface QueryEncoder {
  /** SHA-256 in hex over all that makes its vectors: that of the index's images. */
  String fingerprint();

  /** Numbers of a vector. */
  int width();

  /** A text's rows, [BOS] to [EOS], or the one row of a model that compares globally. */
  Text text(String text);

  /**
   * An encoded text. Its arrays are not copied.
   *
   * @param rows {@code [m, d]}, unit rows
   * @param pieces the m tokens, readable
   * @param from characters {@code [from, to)} of the text each stands for; none for [BOS] and [EOS]
   */
  record Text(String text, float[] rows, List<String> pieces, int[] from, int[] to) {
    public Text {
      pieces = List.copyOf(pieces);
    }

    /** Whether token r stands for characters. */
    boolean isWord(int r) {
      return from[r] < to[r];
    }
  }
}
