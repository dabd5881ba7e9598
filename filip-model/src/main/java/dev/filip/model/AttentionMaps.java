package dev.filip.model;

/**
 * A tower's last self-attention maps for one image or text, and a score's gradient with respect to
 * them. Immutable, but its arrays are not copied.
 *
 * @param heads of the tower
 * @param tokens that it computes: [CLS] first where an image tower has it
 * @param map {@code [heads, tokens, tokens]} after the softmax: a row says what one token (the
 *     query) takes from each
 * @param gradient the same shape; 0 in rows of tokens that the score does not hang on
 * @param whole the rows behind the vector that stands for the whole: that of [CLS] or [EOS], or all
 *     where a pooling head reads all
 */
public record AttentionMaps(int heads, int tokens, float[] map, float[] gradient, int[] whole) {
  public AttentionMaps {
    int numbers = heads * tokens * tokens;
    if (map.length != numbers || gradient.length != numbers) {
      throw new IllegalArgumentException(
          "%d heads of %d tokens have maps of %d numbers, got %d and %d"
              .formatted(heads, tokens, numbers, map.length, gradient.length));
    }
  }

  /**
   * Grad-CAM: the mean over heads and over some queries of {@code map x max(0, gradient)}, how much
   * what each token gave them raised the score.
   *
   * @param queries rows of the maps, at least one
   * @return {@code [tokens]}
   */
  public float[] cam(int... queries) {
    if (queries.length == 0) {
      throw new IllegalArgumentException("queries: at least one");
    }
    double[] sums = new double[tokens];
    for (int head = 0; head < heads; head++) {
      for (int query : queries) {
        int row = (head * tokens + query) * tokens;
        for (int key = 0; key < tokens; key++) {
          sums[key] += (double) map[row + key] * Math.max(0, gradient[row + key]);
        }
      }
    }
    float[] out = new float[tokens];
    for (int key = 0; key < tokens; key++) {
      out[key] = (float) (sums[key] / ((double) heads * queries.length));
    }
    return out;
  }
}
