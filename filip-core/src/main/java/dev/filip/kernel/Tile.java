package dev.filip.kernel;

/** The two inner loops of late interaction, in the form a machine runs best. Stateless. */
sealed interface Tile permits ScalarTile, VectorTile {
  /** Texts side by side. */
  int lanes();

  /**
   * Products of one image {@code [n,d]} with a panel, reduced at once to the maxima of both
   * directions; a tie keeps the lowest index. {@code out} has room for them.
   */
  void maxima(float[] image, int n, Panel panel, Maxima out);

  /**
   * {@code y[yAt..] += sum of weight[e] * x[source[e]..]} over d floats, for the entries of row k
   * in their order.
   */
  void combine(SparseRows rows, int k, float[] x, float[] y, int yAt, int d);

  /** Whether the first {@code count} floats are all finite. */
  boolean finite(float[] x, int count);
}
