package dev.filip.metric;

/** Recall@k of retrieval, from ranks. Pure functions. */
public final class Recall {
  private Recall() {}

  /**
   * The share of the queries whose right answer is among the first k; queries without an answer
   * ({@link Ranks#NONE}) are left out. Not a number where there is no query.
   */
  public static double at(int k, int[] ranks) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be >= 1, got " + k);
    }
    long hits = 0;
    long queries = 0;
    for (int rank : ranks) {
      queries += rank >= 0 ? 1 : 0;
      hits += rank >= 0 && rank < k ? 1 : 0;
    }
    return queries == 0 ? Double.NaN : (double) hits / queries;
  }

  /** Recall@k of texts looking for their image; scores {@code [images, texts]}. */
  public static double textToImage(int k, float[] scores, int images, int[] imageOfText) {
    return at(k, Ranks.textToImage(scores, images, imageOfText));
  }

  /** Recall@k of images looking for any of their captions; scores {@code [images, texts]}. */
  public static double imageToText(int k, float[] scores, int images, int[] imageOfText) {
    return at(k, Ranks.imageToText(scores, images, imageOfText));
  }
}
