package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Plain loops where there is no Vector API, or not yet; the same bits as its forms where a fused
 * multiply-add is an instruction. Sums go on side by side, so that they do not wait for one
 * another: the partial sums of one row of a short query, or four rows of a longer one. Immutable,
 * safe for any thread.
 */
final class ScalarScan implements Scan {
  private static final boolean FUSED = Fma.inHardware();
  private static final int BY = 4;
  private static final ValueLayout.OfInt PAIR =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int d;
  private final boolean partial;

  /** Floats of a row; those of a short query fill its last chunk up with 0. */
  private final int width;

  /** {@code [room, width]}, by {@link Scan#place}; rows beyond are the last one's copies. */
  private final float[] query;

  private final int room;

  ScalarScan(float[] query, int m, int d, boolean partial) {
    this.d = d;
    this.partial = partial;
    width = partial ? Math.ceilDiv(d, CHUNK) * CHUNK : d;
    room = partial ? m : Math.ceilDiv(m, BY) * BY;
    this.query = new float[Math.multiplyExact(room, width)];
    for (int r = 0; r < room; r++) {
      for (int c = 0; c < d; c++) {
        this.query[r * width + Scan.place(c, width)] = query[Math.min(r, m - 1) * d + c];
      }
    }
  }

  @Override
  public int room() {
    return room;
  }

  @Override
  public int scratch() {
    return width;
  }

  @Override
  public void maxima(
      MemorySegment rows, long at, int n, float[] best, float[] token, float[] scratch) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(scratch, 0, width, 0);
    for (int k = 0; k < n; k++) {
      floats(rows, at + 2L * d * k, scratch);
      float most = Float.NEGATIVE_INFINITY;
      for (int r = 0; r < room; r += partial ? 1 : BY) {
        most = Math.max(most, partial ? one(scratch, r, best) : four(scratch, r, best));
      }
      if (token.length > 0) {
        token[k] = most;
      }
    }
  }

  private void floats(MemorySegment rows, long at, float[] to) {
    int whole = d - d % CHUNK;
    for (int c = 0; c < whole; c += CHUNK) {
      for (int p = 0; p < PARTIAL; p++) {
        int two = rows.get(PAIR, at + 2L * c + 4L * p);
        to[c + p] = Float.intBitsToFloat(two << 16);
        to[c + PARTIAL + p] = Float.intBitsToFloat(two & 0xffff0000);
      }
    }
    for (int c = whole; c < d; c++) {
      to[Scan.place(c, width)] = Scan.value(rows, at + 2L * c);
    }
  }

  private float one(float[] x, int r, float[] best) {
    float product = product(x, query, r * width, width);
    best[r] = Math.max(best[r], product);
    return product;
  }

  /** One row of the item with four of the query; the largest product. */
  private float four(float[] x, int r, float[] best) {
    float a = 0;
    float b = 0;
    float e = 0;
    float f = 0;
    int at = r * width;
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

  private static float product(float[] x, float[] q, int at, int width) {
    float p0 = 0;
    float p1 = 0;
    float p2 = 0;
    float p3 = 0;
    float p4 = 0;
    float p5 = 0;
    float p6 = 0;
    float p7 = 0;
    float p8 = 0;
    float p9 = 0;
    float p10 = 0;
    float p11 = 0;
    float p12 = 0;
    float p13 = 0;
    float p14 = 0;
    float p15 = 0;
    for (int c = 0; c < width; c += PARTIAL) {
      int k = at + c;
      p0 = add(x[c], q[k], p0);
      p1 = add(x[c + 1], q[k + 1], p1);
      p2 = add(x[c + 2], q[k + 2], p2);
      p3 = add(x[c + 3], q[k + 3], p3);
      p4 = add(x[c + 4], q[k + 4], p4);
      p5 = add(x[c + 5], q[k + 5], p5);
      p6 = add(x[c + 6], q[k + 6], p6);
      p7 = add(x[c + 7], q[k + 7], p7);
      p8 = add(x[c + 8], q[k + 8], p8);
      p9 = add(x[c + 9], q[k + 9], p9);
      p10 = add(x[c + 10], q[k + 10], p10);
      p11 = add(x[c + 11], q[k + 11], p11);
      p12 = add(x[c + 12], q[k + 12], p12);
      p13 = add(x[c + 13], q[k + 13], p13);
      p14 = add(x[c + 14], q[k + 14], p14);
      p15 = add(x[c + 15], q[k + 15], p15);
    }
    return (((p0 + p8) + (p4 + p12)) + ((p2 + p10) + (p6 + p14)))
        + (((p1 + p9) + (p5 + p13)) + ((p3 + p11) + (p7 + p15)));
  }

  private static float add(float x, float y, float sum) {
    return FUSED ? Math.fma(x, y, sum) : x * y + sum;
  }
}
