package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Arrays;

/** Plain loops, for machines without the Vector API; the compiler may still use lanes. */
final class ScalarTile implements Tile {
  private static final int LANES = 8;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public void maxima(Tokens images, int i, Scratch own) {
    maxima(own.load(images, i), images.length(i), own.panel, own.maxima);
  }

  private static void maxima(float[] image, int n, Panel panel, Maxima out) {
    Arrays.fill(out.wordBest, 0, panel.pairs * 2 * LANES, Float.NEGATIVE_INFINITY);
    Arrays.fill(out.wordPatch, 0, panel.pairs * 2 * LANES, 0);
    float[] sum = new float[LANES];
    for (int r = 0; r < 2 * panel.pairs; r++) {
      for (int k = 0; k < n; k++) {
        product(image, k, panel, r, sum);
        for (int l = 0; l < LANES; l++) {
          keep(sum[l], out.patchBest, out.patchWord, k * LANES + l, r);
          keep(sum[l], out.wordBest, out.wordPatch, r * LANES + l, k);
        }
      }
    }
  }

  private static void product(float[] image, int k, Panel panel, int r, float[] sum) {
    int d = panel.d;
    int at = (r / 2 * d * 2 + r % 2) * LANES;
    System.arraycopy(panel.floor, r * LANES, sum, 0, LANES);
    for (int c = 0; c < d; c++, at += 2 * LANES) {
      float x = image[k * d + c];
      for (int l = 0; l < LANES; l++) {
        sum[l] += x * panel.values[at + l];
      }
    }
  }

  private static void keep(float value, float[] best, float[] index, int at, int candidate) {
    if (value > best[at]) {
      best[at] = value;
      index[at] = candidate;
    }
  }

  @Override
  public void combine(Scratch own, int k, int yAt, int d) {
    SparseRows rows = own.entries;
    float[] x = own.source;
    float[] y = own.target;
    for (int e = rows.begin(k); e < rows.end(k); e++) {
      float w = rows.weight[e];
      int at = rows.source[e];
      for (int c = 0; c < d; c++) {
        y[yAt + c] += w * x[at + c];
      }
    }
  }

  @Override
  public boolean finite(float[] x, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum += x[i] * 0;
    }
    return sum == 0;
  }
}
