package dev.filip.text;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The tokens of one text, [BOS] to [EOS], and the characters each came from: token i covers {@code
 * [from[i], to[i])} of the original string (Java string indices). [BOS] and [EOS] cover nothing, at
 * the two ends. A character that cleaning removed belongs to no token; the byte pieces of one
 * character all cover it whole. The arrays must not be written to.
 */
public record TokenSpans(int[] ids, int[] from, int[] to) {
  public TokenSpans {
    if (from.length != ids.length || to.length != ids.length) {
      throw new IllegalArgumentException(
          "ids, from and to must be equally long, got "
              + ids.length
              + ", "
              + from.length
              + ", "
              + to.length);
    }
  }

  /** Tokens. */
  public int size() {
    return ids.length;
  }

  /**
   * As a text tower of so many positions has them: the first ones, of which the last is [EOS]'s.
   */
  public TokenSpans cut(int positions) {
    int keep = Math.min(positions, ids.length);
    return new TokenSpans(cut(ids, keep), cut(from, keep), cut(to, keep));
  }

  private static int[] cut(int[] all, int keep) {
    int[] out = Arrays.copyOf(all, keep);
    out[keep - 1] = all[all.length - 1];
    return out;
  }

  /** Indices of the tokens that share a character with [start, end), ascending. */
  public int[] tokensIn(int start, int end) {
    return IntStream.range(0, ids.length)
        .filter(i -> from[i] < to[i] && from[i] < end && to[i] > start)
        .toArray();
  }
}
