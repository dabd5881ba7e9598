package dev.filip.kernel;

import dev.filip.tokens.Tokens;

/**
 * The two inner loops of late interaction, in the form a machine runs best. Many threads use it;
 * stateless but for what {@link #begin} leaves, which they only read.
 */
sealed interface Tile permits ScalarTile, VectorTile, ProductTile {
  /** Texts side by side. */
  int lanes();

  /** Images that {@link #maxima} will be asked for. */
  default void begin(Tokens images, Workers workers) {}

  /**
   * Products of image i with the panel of a worker's scratch, reduced at once to the maxima of both
   * directions there, which have room for them: the words' own, and the patches' over what stands
   * there ({@link Maxima#begin}); a tie keeps the lowest index.
   */
  void maxima(Tokens images, int i, Scratch own);

  /** Makes items {@code from} to {@code to} the source that {@link #combine} adds from. */
  default void read(Tokens rows, int from, int to, Scratch own) {
    own.load(rows, from, to, rows.longest());
  }

  /**
   * {@code target[at..] += sum of weight[e] * source[source[e]..]} over d floats, for the entries
   * of row k in their order; all of a worker's scratch.
   */
  void combine(Scratch own, int k, int at, int d);

  /** Whether the first {@code count} floats are all finite. */
  boolean finite(float[] x, int count);
}
