package dev.filip.kernel;

import dev.filip.tokens.Tokens;

/**
 * Late interaction of whole sets and of one pair; the fast form where the machine has one. Unscaled
 * inner products; what a score means is said by {@link PairScores} and {@link PairAlignment}. Safe
 * for any thread.
 */
public final class LateInteraction {
  private LateInteraction() {}

  /** Every image with every text, on all cores. */
  public static PairScores scores(Tokens images, Tokens texts) {
    return scores(images, texts, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Every image with every text on at most {@code threads} threads; the answer is the same for any
   * number of them.
   */
  public static PairScores scores(Tokens images, Tokens texts, int threads) {
    try (LateKernel kernel = new LateKernel(threads)) {
      return kernel.scores(images, texts);
    }
  }

  /**
   * How alike two items of one kind are: the smaller of both directions' means of best products, so
   * that a part of a picture is not the whole. Of one row each, their product.
   *
   * @param one {@code [n,d]}, unit rows, whole
   * @param other {@code [m,d]}
   */
  public static float alike(float[] one, float[] other, int d) {
    PairAlignment aligned = align(one, one.length / d, other, other.length / d, d);
    return Math.min(aligned.sImage(), aligned.sText());
  }

  /**
   * One image {@code [n,d]} with one text {@code [m,d]}, valid rows only: for each patch its best
   * word, for each word its best patch.
   */
  public static PairAlignment align(float[] imageRows, int n, float[] textRows, int m, int d) {
    Shapes.holds(imageRows, n, d, "imageRows");
    Shapes.holds(textRows, m, d, "textRows");
    return ScalarLateInteraction.align(imageRows, n, textRows, m, d);
  }
}
