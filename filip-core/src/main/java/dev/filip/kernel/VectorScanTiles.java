package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of {@link VectorScan}: some bf16 rows of an item by one or two vectors of query
 * rows. Piece by piece of the dimensions the rows are made floats and multiplied, so that memory
 * and arithmetic wait little for each other. Written out, because C2 keeps accumulators in
 * registers only as local variables of a short method: with 16 registers (AVX2) five by two, more
 * spill.
 */
final class VectorScanTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
  private static final int V = S.length();
  private static final int UPPER = 0xffff0000;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** 256-bit vectors mean AVX2 and its 16 registers; AVX-512 and NEON have 32. */
  private static final boolean FEW_REGISTERS = S.vectorBitSize() == 256;

  private static final int MOST = 7;
  private static final int CHUNK = Scan.CHUNK;

  /** Dimensions at a time. */
  static final int PIECE = 4 * CHUNK;

  /** Where the floats of a piece lie, behind the products. */
  static final int ROWS = 2 * MOST * V;

  /** Floats of {@code s}. */
  static final int SCRATCH = ROWS + MOST * PIECE;

  private VectorScanTiles() {}

  /** How many rows a tile takes of n. */
  static int rows(int n, int by) {
    return VectorTile.rowsOfTile(n, FEW_REGISTERS ? by == 2 ? 5 : 6 : MOST);
  }

  /**
   * Products of rows "at", "at + step", ... of x with {@code by} vectors of query rows.
   *
   * @param last the row that stands for all behind it
   * @param q {@code [by, d, V]} from {@code qAt}, dimensions by {@link Scan#place}
   * @param s to {@code [rows, by, V]}
   */
  static void products(
      MemorySegment x,
      long at,
      long step,
      long last,
      int rows,
      int by,
      float[] q,
      int qAt,
      int d,
      float[] s) {
    Arrays.fill(s, 0, rows * by * V, 0);
    for (int from = 0; from < d; from += PIECE) {
      int count = Math.min(PIECE, d - from);
      for (int r = 0; r < rows; r++) {
        floats(x, Math.min(at + r * step, last) + 2L * from, count, s, ROWS + r * PIECE);
      }
      int k = qAt + from * V;
      switch (by * 10 + rows) {
        case 27 -> by2of7(q, k, k + d * V, count, s);
        case 26 -> by2of6(q, k, k + d * V, count, s);
        case 25 -> by2of5(q, k, k + d * V, count, s);
        case 24 -> by2of4(q, k, k + d * V, count, s);
        case 17 -> by1of7(q, k, count, s);
        case 16 -> by1of6(q, k, count, s);
        case 15 -> by1of5(q, k, count, s);
        default -> by1of4(q, k, count, s);
      }
    }
  }

  /** Makes some dimensions of a row floats. */
  static void floats(MemorySegment x, long row, int count, float[] to, int at) {
    int whole = count - count % CHUNK;
    for (int c = 0; c < whole; c += CHUNK) {
      for (int part = 0; part < Scan.PARTIAL; part += V) {
        IntVector w = IntVector.fromMemorySegment(I, x, row + 2L * c + 4L * part, ORDER);
        w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(to, at + c + part);
        w.and(UPPER).reinterpretAsFloats().intoArray(to, at + c + Scan.PARTIAL + part);
      }
    }
    for (int c = whole; c < count; c++) {
      to[at + c] = Scan.value(x, row + 2L * c);
    }
  }

  private static void by2of7(float[] q, int uAt, int vAt, int count, float[] s) {
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
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      FloatVector v = FloatVector.fromArray(S, q, vAt + c * V);
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
  }

  private static void by2of6(float[] q, int uAt, int vAt, int count, float[] s) {
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
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      FloatVector v = FloatVector.fromArray(S, q, vAt + c * V);
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
  }

  private static void by2of5(float[] q, int uAt, int vAt, int count, float[] s) {
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
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      FloatVector v = FloatVector.fromArray(S, q, vAt + c * V);
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
  }

  private static void by2of4(float[] q, int uAt, int vAt, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector b0 = FloatVector.fromArray(S, s, V);
    FloatVector a1 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector b1 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a2 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector b2 = FloatVector.fromArray(S, s, 5 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 6 * V);
    FloatVector b3 = FloatVector.fromArray(S, s, 7 * V);
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      FloatVector v = FloatVector.fromArray(S, q, vAt + c * V);
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
  }

  private static void by1of7(float[] q, int uAt, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector a1 = FloatVector.fromArray(S, s, V);
    FloatVector a2 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a4 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector a5 = FloatVector.fromArray(S, s, 5 * V);
    FloatVector a6 = FloatVector.fromArray(S, s, 6 * V);
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      a0 = FloatVector.broadcast(S, s[ROWS + c]).fma(u, a0);
      a1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]).fma(u, a1);
      a2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]).fma(u, a2);
      a3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]).fma(u, a3);
      a4 = FloatVector.broadcast(S, s[ROWS + 4 * PIECE + c]).fma(u, a4);
      a5 = FloatVector.broadcast(S, s[ROWS + 5 * PIECE + c]).fma(u, a5);
      a6 = FloatVector.broadcast(S, s[ROWS + 6 * PIECE + c]).fma(u, a6);
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    a5.intoArray(s, 5 * V);
    a6.intoArray(s, 6 * V);
  }

  private static void by1of6(float[] q, int uAt, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector a1 = FloatVector.fromArray(S, s, V);
    FloatVector a2 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a4 = FloatVector.fromArray(S, s, 4 * V);
    FloatVector a5 = FloatVector.fromArray(S, s, 5 * V);
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      a0 = FloatVector.broadcast(S, s[ROWS + c]).fma(u, a0);
      a1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]).fma(u, a1);
      a2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]).fma(u, a2);
      a3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]).fma(u, a3);
      a4 = FloatVector.broadcast(S, s[ROWS + 4 * PIECE + c]).fma(u, a4);
      a5 = FloatVector.broadcast(S, s[ROWS + 5 * PIECE + c]).fma(u, a5);
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    a5.intoArray(s, 5 * V);
  }

  private static void by1of5(float[] q, int uAt, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector a1 = FloatVector.fromArray(S, s, V);
    FloatVector a2 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 3 * V);
    FloatVector a4 = FloatVector.fromArray(S, s, 4 * V);
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      a0 = FloatVector.broadcast(S, s[ROWS + c]).fma(u, a0);
      a1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]).fma(u, a1);
      a2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]).fma(u, a2);
      a3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]).fma(u, a3);
      a4 = FloatVector.broadcast(S, s[ROWS + 4 * PIECE + c]).fma(u, a4);
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
  }

  private static void by1of4(float[] q, int uAt, int count, float[] s) {
    FloatVector a0 = FloatVector.fromArray(S, s, 0);
    FloatVector a1 = FloatVector.fromArray(S, s, V);
    FloatVector a2 = FloatVector.fromArray(S, s, 2 * V);
    FloatVector a3 = FloatVector.fromArray(S, s, 3 * V);
    for (int c = 0; c < count; c++) {
      FloatVector u = FloatVector.fromArray(S, q, uAt + c * V);
      a0 = FloatVector.broadcast(S, s[ROWS + c]).fma(u, a0);
      a1 = FloatVector.broadcast(S, s[ROWS + PIECE + c]).fma(u, a1);
      a2 = FloatVector.broadcast(S, s[ROWS + 2 * PIECE + c]).fma(u, a2);
      a3 = FloatVector.broadcast(S, s[ROWS + 3 * PIECE + c]).fma(u, a3);
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
  }
}
