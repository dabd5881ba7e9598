package dev.filip.kernel;

import dev.filip.tokens.Bf16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Plain loops where there is no Vector API: four rows of the query at a time, so that sums do not
 * wait for one another; the same bits as {@link VectorScan} where a fused multiply-add is an
 * instruction. Immutable, safe for any thread.
 */
final class ScalarScan implements Scan {
  private static final ValueLayout.OfShort BF16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final boolean FUSED = Fma.inHardware();
  private static final int BY = 4;

  private final int d;
  private final int m;

  /** {@code [m rounded up, d]}; rows beyond are the last one's copies, which win nothing. */
  private final float[] query;

  ScalarScan(float[] query, int m, int d) {
    this.m = m;
    this.d = d;
    this.query = Arrays.copyOf(query, room() * d);
    for (int r = m; r < room(); r++) {
      System.arraycopy(query, (m - 1) * d, this.query, r * d, d);
    }
  }

  @Override
  public int room() {
    return Math.ceilDiv(m, BY) * BY;
  }

  @Override
  public int scratch() {
    return d;
  }

  @Override
  public void maxima(
      MemorySegment rows, long at, int n, float[] best, float[] token, float[] scratch) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (int k = 0; k < n; k++) {
      for (int c = 0; c < d; c++) {
        scratch[c] = Bf16.value(rows.get(BF16, at + 2L * ((long) k * d + c)));
      }
      float most = Float.NEGATIVE_INFINITY;
      for (int r = 0; r < room(); r += BY) {
        most = Math.max(most, four(scratch, r, best));
      }
      if (token.length > 0) {
        token[k] = most;
      }
    }
  }

  /** One row of the item with four of the query; the largest product. */
  private float four(float[] x, int r, float[] best) {
    float a = 0;
    float b = 0;
    float e = 0;
    float f = 0;
    int at = r * d;
    for (int c = 0; c < d; c++) {
      a = add(x[c], query[at + c], a);
      b = add(x[c], query[at + d + c], b);
      e = add(x[c], query[at + 2 * d + c], e);
      f = add(x[c], query[at + 3 * d + c], f);
    }
    best[r] = Math.max(best[r], a);
    best[r + 1] = Math.max(best[r + 1], b);
    best[r + 2] = Math.max(best[r + 2], e);
    best[r + 3] = Math.max(best[r + 3], f);
    return Math.max(Math.max(a, b), Math.max(e, f));
  }

  private static float add(float x, float y, float sum) {
    return FUSED ? Math.fma(x, y, sum) : x * y + sum;
  }
}
