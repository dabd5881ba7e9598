package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of {@link VectorScanTiles} of one vector of 512 bits, as two of 256: for
 * processors whose arithmetic is no wider (Zen 4), but which can put a number into all lanes of two
 * halves in the time of one whole. A tile is rows that follow each other; while they are multiplied
 * the rows behind them are touched, front to back, so that memory brings them meanwhile. 20,000
 * images of 49 rows of width 256, 16 query rows, out of memory on a busy Zen 4: 1.2 times as many a
 * second. Needs 32 registers, as every machine with vectors of 512 bits has; written out as those
 * loops are, for the same reason.
 */
final class HalfScanTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
  private static final int V = S.length();
  private static final int PIECE = VectorScanTiles.PIECE;
  private static final int ROWS = VectorScanTiles.ROWS;
  private static final ValueLayout.OfShort NUMBER = ValueLayout.JAVA_SHORT_UNALIGNED;

  private HalfScanTiles() {}

  /** Whether vectors are 512 bits wide here. */
  static boolean fit() {
    return FloatVector.SPECIES_PREFERRED.length() == 2 * V;
  }

  /**
   * Products of rows "at", "at + 2 d", ... of x with a vector of query rows.
   *
   * @param last the row that stands for all behind it
   * @param ahead as many rows, which are touched; all of them in x
   * @param q {@code [d, 2 V]} from {@code qAt}, dimensions by {@link Scan#place}
   * @param s of {@link VectorScanTiles#SCRATCH}, to {@code [rows, 2 V]}
   */
  static void products(
      MemorySegment x,
      long at,
      long last,
      long ahead,
      int rows,
      float[] q,
      int qAt,
      int d,
      float[] s) {
    Arrays.fill(s, 0, 2 * rows * V, 0);
    long seen = 0;
    for (int from = 0; from < d; from += PIECE) {
      int count = Math.min(PIECE, d - from);
      for (int r = 0; r < rows; r++) {
        long row = Math.min(at + 2L * d * r, last);
        VectorScanTiles.floats(x, row + 2L * from, count, s, ROWS + r * PIECE);
      }
      int k = qAt + 2 * from * V;
      long next = ahead + 2L * rows * from;
      seen ^=
          switch (rows) {
            case 7 -> by2of7(x, next, q, k, count, s);
            case 6 -> by2of6(x, next, q, k, count, s);
            case 5 -> by2of5(x, next, q, k, count, s);
            default -> by2of4(x, next, q, k, count, s);
          };
    }
    s[ROWS] = seen; // so that the JVM does not leave the touching out
  }

  private static long by2of7(MemorySegment x, long ahead, float[] q, int k, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector b0 = FloatVector.fromArray(S, s, V);
    FloatVector a1 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector b1 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a2 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector b2 = FloatVector.fromArray(S, s, 5 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 6 * V);
    FloatVector b3 = FloatVector.fromArray(S, s, 7 * V);
    FloatVector a4 = FloatVector.fromArray(S, s, 8 * V);
    FloatVector b4 = FloatVector.fromArray(S, s, 9 * V);
    FloatVector a5 = FloatVector.fromArray(S, s, 10 * V);
    FloatVector b5 = FloatVector.fromArray(S, s, 11 * V);
    FloatVector a6 = FloatVector.fromArray(S, s, 12 * V);
    FloatVector b6 = FloatVector.fromArray(S, s, 13 * V);
    long seen = 0;
    for (int c = 0; c < count; c++) {
      seen ^= x.get(NUMBER, ahead + 14L * c);
      FloatVector u = FloatVector.fromArray(S, q, k + 2 * c * V);
      FloatVector v = FloatVector.fromArray(S, q, k + 2 * c * V + V);
      FloatVector e0 = FloatVector.broadcast(S, s[ROWS + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
      FloatVector e4 = FloatVector.broadcast(S, s[ROWS + 4 * PIECE + c]);
      a4 = e4.fma(u, a4);
      b4 = e4.fma(v, b4);
      FloatVector e5 = FloatVector.broadcast(S, s[ROWS + 5 * PIECE + c]);
      a5 = e5.fma(u, a5);
      b5 = e5.fma(v, b5);
      FloatVector e6 = FloatVector.broadcast(S, s[ROWS + 6 * PIECE + c]);
      a6 = e6.fma(u, a6);
      b6 = e6.fma(v, b6);
    }
    a0.intoArray(s, 0);
    b0.intoArray(s, V);
    a1.intoArray(s, 2 * V);
    b1.intoArray(s, 3 * V);
    a2.intoArray(s, 4 * V);
    b2.intoArray(s, 5 * V);
    a3.intoArray(s, 6 * V);
    b3.intoArray(s, 7 * V);
    a4.intoArray(s, 8 * V);
    b4.intoArray(s, 9 * V);
    a5.intoArray(s, 10 * V);
    b5.intoArray(s, 11 * V);
    a6.intoArray(s, 12 * V);
    b6.intoArray(s, 13 * V);
    return seen;
  }

  private static long by2of6(MemorySegment x, long ahead, float[] q, int k, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector b0 = FloatVector.fromArray(S, s, V);
    FloatVector a1 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector b1 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a2 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector b2 = FloatVector.fromArray(S, s, 5 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 6 * V);
    FloatVector b3 = FloatVector.fromArray(S, s, 7 * V);
    FloatVector a4 = FloatVector.fromArray(S, s, 8 * V);
    FloatVector b4 = FloatVector.fromArray(S, s, 9 * V);
    FloatVector a5 = FloatVector.fromArray(S, s, 10 * V);
    FloatVector b5 = FloatVector.fromArray(S, s, 11 * V);
    long seen = 0;
    for (int c = 0; c < count; c++) {
      seen ^= x.get(NUMBER, ahead + 12L * c);
      FloatVector u = FloatVector.fromArray(S, q, k + 2 * c * V);
      FloatVector v = FloatVector.fromArray(S, q, k + 2 * c * V + V);
      FloatVector e0 = FloatVector.broadcast(S, s[ROWS + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
      FloatVector e4 = FloatVector.broadcast(S, s[ROWS + 4 * PIECE + c]);
      a4 = e4.fma(u, a4);
      b4 = e4.fma(v, b4);
      FloatVector e5 = FloatVector.broadcast(S, s[ROWS + 5 * PIECE + c]);
      a5 = e5.fma(u, a5);
      b5 = e5.fma(v, b5);
    }
    a0.intoArray(s, 0);
    b0.intoArray(s, V);
    a1.intoArray(s, 2 * V);
    b1.intoArray(s, 3 * V);
    a2.intoArray(s, 4 * V);
    b2.intoArray(s, 5 * V);
    a3.intoArray(s, 6 * V);
    b3.intoArray(s, 7 * V);
    a4.intoArray(s, 8 * V);
    b4.intoArray(s, 9 * V);
    a5.intoArray(s, 10 * V);
    b5.intoArray(s, 11 * V);
    return seen;
  }

  private static long by2of5(MemorySegment x, long ahead, float[] q, int k, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector b0 = FloatVector.fromArray(S, s, V);
    FloatVector a1 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector b1 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a2 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector b2 = FloatVector.fromArray(S, s, 5 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 6 * V);
    FloatVector b3 = FloatVector.fromArray(S, s, 7 * V);
    FloatVector a4 = FloatVector.fromArray(S, s, 8 * V);
    FloatVector b4 = FloatVector.fromArray(S, s, 9 * V);
    long seen = 0;
    for (int c = 0; c < count; c++) {
      seen ^= x.get(NUMBER, ahead + 10L * c);
      FloatVector u = FloatVector.fromArray(S, q, k + 2 * c * V);
      FloatVector v = FloatVector.fromArray(S, q, k + 2 * c * V + V);
      FloatVector e0 = FloatVector.broadcast(S, s[ROWS + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
      FloatVector e4 = FloatVector.broadcast(S, s[ROWS + 4 * PIECE + c]);
      a4 = e4.fma(u, a4);
      b4 = e4.fma(v, b4);
    }
    a0.intoArray(s, 0);
    b0.intoArray(s, V);
    a1.intoArray(s, 2 * V);
    b1.intoArray(s, 3 * V);
    a2.intoArray(s, 4 * V);
    b2.intoArray(s, 5 * V);
    a3.intoArray(s, 6 * V);
    b3.intoArray(s, 7 * V);
    a4.intoArray(s, 8 * V);
    b4.intoArray(s, 9 * V);
    return seen;
  }

  private static long by2of4(MemorySegment x, long ahead, float[] q, int k, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector b0 = FloatVector.fromArray(S, s, V);
    FloatVector a1 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector b1 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a2 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector b2 = FloatVector.fromArray(S, s, 5 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 6 * V);
    FloatVector b3 = FloatVector.fromArray(S, s, 7 * V);
    long seen = 0;
    for (int c = 0; c < count; c++) {
      seen ^= x.get(NUMBER, ahead + 8L * c);
      FloatVector u = FloatVector.fromArray(S, q, k + 2 * c * V);
      FloatVector v = FloatVector.fromArray(S, q, k + 2 * c * V + V);
      FloatVector e0 = FloatVector.broadcast(S, s[ROWS + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
    }
    a0.intoArray(s, 0);
    b0.intoArray(s, V);
    a1.intoArray(s, 2 * V);
    b1.intoArray(s, 3 * V);
    a2.intoArray(s, 4 * V);
    b2.intoArray(s, 5 * V);
    a3.intoArray(s, 6 * V);
    b3.intoArray(s, 7 * V);
    return seen;
  }
}
