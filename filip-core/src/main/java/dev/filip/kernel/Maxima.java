package dev.filip.kernel;

import java.util.Arrays;

/**
 * What one image and one panel give, lanes innermost: for each patch k and lane l the best product
 * {@code best[k * lanes + l]} and its word position, for each word position the same with its
 * patch. Indices are kept as floats, so that one comparison serves both. Scratch, one per worker.
 */
final class Maxima {
  final int lanes;
  float[] patchBest = new float[0];
  float[] patchWord = new float[0];
  float[] wordBest = new float[0];
  float[] wordPatch = new float[0];

  /** Products of one pair of word positions: {@code [patch][2][lanes]}. */
  float[] products = new float[0];

  /** For a tile that has them made elsewhere: a block of products. */
  final NativeBlock block = new NativeBlock();

  Maxima(int lanes) {
    this.lanes = lanes;
  }

  /** Makes room for n patches, some of them repeated to fill a tile, and so many pairs of words. */
  void ensure(int n, int pairs) {
    int patches = (n + VectorTile.MAX_ROWS) * lanes;
    if (patchBest.length < patches) {
      patchBest = new float[patches];
      patchWord = new float[patches];
      products = new float[2 * patches];
    }
    if (wordBest.length < pairs * 2 * lanes) {
      wordBest = new float[pairs * 2 * lanes];
      wordPatch = new float[pairs * 2 * lanes];
    }
  }

  /** No patch has met a word yet. */
  void begin(int n) {
    Arrays.fill(patchBest, 0, n * lanes, Float.NEGATIVE_INFINITY);
    Arrays.fill(patchWord, 0, n * lanes, 0);
  }

  /** Mean of the first {@code tokens} maxima of a lane. */
  float mean(float[] best, int tokens, int lane) {
    return (float) (sum(0, best, tokens, lane) / tokens);
  }

  /** A sum that goes on over the first {@code tokens} maxima of a lane. */
  double sum(double before, float[] best, int tokens, int lane) {
    double sum = before;
    for (int k = 0, at = lane; k < tokens; k++, at += lanes) {
      sum += best[at];
    }
    return sum;
  }
}
