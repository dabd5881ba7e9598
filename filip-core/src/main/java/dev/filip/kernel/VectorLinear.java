package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The Vector API form, lanes along the row: tiles of two weight rows by four rows of x, which is
 * eight running sums, as many as two multipliers of four cycles need, in less than the 16 registers
 * of AVX2. Weights are read once from memory: the second weight row and all of x stay in the first
 * cache.
 */
final class VectorLinear implements LinearRows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int V = S.length();
  private static final int ROWS = 4;

  @Override
  public void multiply(
      float[] x,
      int m,
      int k,
      MemorySegment w,
      float @Nullable [] bias,
      int from,
      int to,
      float[] y,
      int n) {
    float[] sums = new float[2 * ROWS + V];
    for (int j = from; j < to; j += 2) {
      int next = Math.min(j + 1, to - 1); // an odd last row is taken twice
      for (int i = 0; i < m; i += ROWS) {
        tile(x, i, m, k, w, j, next, sums);
        for (int r = 0; r < ROWS && i + r < m; r++) {
          y[(i + r) * n + j] = sums[2 * r] + (bias == null ? 0 : bias[j]);
          y[(i + r) * n + next] = sums[2 * r + 1] + (bias == null ? 0 : bias[next]);
        }
      }
    }
  }

  /**
   * Lane by lane: {@code reduceLanes} may add in any order, and adds in another one before it is
   * compiled, so that a text's vectors changed in their last bit while a process ran.
   */
  private static float sum(FloatVector lanes, float[] scratch) {
    lanes.intoArray(scratch, 2 * ROWS);
    float sum = 0;
    for (int lane = 2 * ROWS; lane < 2 * ROWS + V; lane++) {
      sum += scratch[lane];
    }
    return sum;
  }

  /** A tile that hangs over the end repeats the last row. */
  private static void tile(
      float[] x, int i, int m, int k, MemorySegment w, int j0, int j1, float[] sums) {
    int x0 = i * k;
    int x1 = Math.min(i + 1, m - 1) * k;
    int x2 = Math.min(i + 2, m - 1) * k;
    int x3 = Math.min(i + 3, m - 1) * k;
    long w0 = (long) j0 * k * Float.BYTES;
    long w1 = (long) j1 * k * Float.BYTES;
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    int c = 0;
    for (; c <= k - V; c += V) {
      FloatVector u = FloatVector.fromMemorySegment(S, w, w0 + 4L * c, ByteOrder.LITTLE_ENDIAN);
      FloatVector v = FloatVector.fromMemorySegment(S, w, w1 + 4L * c, ByteOrder.LITTLE_ENDIAN);
      FloatVector e0 = FloatVector.fromArray(S, x, x0 + c);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.fromArray(S, x, x1 + c);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.fromArray(S, x, x2 + c);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.fromArray(S, x, x3 + c);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
    }
    sums[0] = sum(a0, sums);
    sums[1] = sum(b0, sums);
    sums[2] = sum(a1, sums);
    sums[3] = sum(b1, sums);
    sums[4] = sum(a2, sums);
    sums[5] = sum(b2, sums);
    sums[6] = sum(a3, sums);
    sums[7] = sum(b3, sums);
    for (; c < k; c++) {
      float u = w.get(FLOATS, w0 + 4L * c);
      float v = w.get(FLOATS, w1 + 4L * c);
      sums[0] += x[x0 + c] * u;
      sums[1] += x[x0 + c] * v;
      sums[2] += x[x1 + c] * u;
      sums[3] += x[x1 + c] * v;
      sums[4] += x[x2 + c] * u;
      sums[5] += x[x2 + c] * v;
      sums[6] += x[x3 + c] * u;
      sums[7] += x[x3 + c] * v;
    }
  }
}
