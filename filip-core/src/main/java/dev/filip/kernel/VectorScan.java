package dev.filip.kernel;

import dev.filip.tokens.Bf16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API form of {@link Scan}, as wide as the machine prefers. A lane is a row of the
 * query, so that a maximum a lane takes the place of sums across lanes; bf16 rows are read where
 * they lie, two numbers a load, of which a shift and a mask make floats. A tile is four to seven
 * rows of an item by one or two vectors of query rows: with 16 registers (AVX2) five by two, more
 * spill. Products are summed dimension by dimension, whatever the width: all forms give the same
 * bits. Immutable, safe for any thread.
 */
final class VectorScan implements Scan {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
  private static final int V = S.length();
  private static final int UPPER = 0xffff0000;
  private static final ValueLayout.OfInt PAIR =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort ONE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** 256-bit vectors mean AVX2 and its 16 registers; AVX-512 and NEON have 32. */
  private static final boolean FEW_REGISTERS = S.vectorBitSize() == 256;

  private static final int MOST_BY_ONE = FEW_REGISTERS ? 6 : 7;
  private static final int MOST_BY_TWO = FEW_REGISTERS ? 5 : 7;

  private final int d;
  private final int m;
  private final int blocks;

  /** {@code [blocks, d, V]}, lanes beyond the last row 0. */
  private final float[] lanes;

  VectorScan(float[] query, int m, int d) {
    this.m = m;
    this.d = d;
    blocks = Math.ceilDiv(m, V);
    lanes = new float[Math.multiplyExact(blocks, d * V)];
    for (int r = 0; r < m; r++) {
      for (int c = 0; c < d; c++) {
        lanes[(r / V * d + c) * V + r % V] = query[r * d + c];
      }
    }
  }

  @Override
  public int room() {
    return blocks * V;
  }

  @Override
  public int scratch() {
    return 2 * VectorTile.MAX_ROWS * V;
  }

  @Override
  public void maxima(MemorySegment rows, long at, int n, float[] best, float[] token, float[] s) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(token, Float.NEGATIVE_INFINITY);
    int block = 0;
    for (; block + 1 < blocks; block += 2) {
      tiles(rows, at, n, block, 2, best, token, s);
    }
    if (block < blocks) {
      tiles(rows, at, n, block, 1, best, token, s);
    }
  }

  /** All rows of an item with one or two vectors of query rows. */
  private void tiles(
      MemorySegment x, long at, int n, int block, int by, float[] best, float[] token, float[] s) {
    int rows = VectorTile.rowsOfTile(n, by == 2 ? MOST_BY_TWO : MOST_BY_ONE);
    long step = 2L * d;
    long last = at + (n - 1) * step; // a tile that hangs over the end repeats the last row
    for (int k = 0; k < n; k += rows) {
      long from = at + k * step;
      products(x, from, step, last, rows, by, block * d * V, s);
      for (int b = 0; b < by; b++) {
        if ((d & 1) == 1) {
          lastDimension(x, from, step, last, rows, block + b, s, b * rows * V);
        }
        reduce(s, b * rows * V, Math.min(rows, n - k), best, (block + b) * V);
        if (token.length > 0) {
          byRow(s, b * rows * V, Math.min(rows, n - k), Math.min(V, m - (block + b) * V), token, k);
        }
      }
    }
  }

  private void products(
      MemorySegment x, long at, long step, long last, int rows, int by, int qAt, float[] s) {
    if (by == 2) {
      switch (rows) {
        case 7 -> products7x2(x, at, step, last, lanes, qAt, d, s);
        case 6 -> products6x2(x, at, step, last, lanes, qAt, d, s);
        case 5 -> products5x2(x, at, step, last, lanes, qAt, d, s);
        default -> products4x2(x, at, step, last, lanes, qAt, d, s);
      }
    } else {
      switch (rows) {
        case 7 -> products7x1(x, at, step, last, lanes, qAt, d, s);
        case 6 -> products6x1(x, at, step, last, lanes, qAt, d, s);
        case 5 -> products5x1(x, at, step, last, lanes, qAt, d, s);
        default -> products4x1(x, at, step, last, lanes, qAt, d, s);
      }
    }
  }

  private void lastDimension(
      MemorySegment x, long at, long step, long last, int rows, int block, float[] s, int sAt) {
    FloatVector q = FloatVector.fromArray(S, lanes, (block * d + d - 1) * V);
    for (int r = 0; r < rows; r++) {
      float value = Bf16.value(x.get(ONE, Math.min(at + r * step, last) + 2L * (d - 1)));
      FloatVector sum = FloatVector.fromArray(S, s, sAt + r * V);
      q.fma(FloatVector.broadcast(S, value), sum).intoArray(s, sAt + r * V);
    }
  }

  private static void reduce(float[] s, int sAt, int rows, float[] best, int bestAt) {
    FloatVector most = FloatVector.fromArray(S, best, bestAt);
    for (int r = 0; r < rows; r++) {
      most = most.max(FloatVector.fromArray(S, s, sAt + r * V));
    }
    most.intoArray(best, bestAt);
  }

  /** Maxima over lanes that stand for a query row. */
  private static void byRow(float[] s, int sAt, int rows, int valid, float[] token, int k) {
    for (int r = 0; r < rows; r++) {
      float most = token[k + r];
      for (int lane = 0; lane < valid; lane++) {
        most = Math.max(most, s[sAt + r * V + lane]);
      }
      token[k + r] = most;
    }
  }

  // Written out, because C2 keeps accumulators in registers only as local variables: rows "at",
  // "at + step", ... of x by one or two vectors of query rows, to s [by, rows, V].

  private static void products7x1(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    long x4 = Math.min(at + 4 * step, last);
    long x5 = Math.min(at + 5 * step, last);
    long x6 = Math.min(at + 6 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    FloatVector a5 = zero;
    FloatVector a6 = zero;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      IntVector w4 = IntVector.broadcast(I, x.get(PAIR, x4 + byteOf));
      FloatVector e4 = w4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o4 = w4.and(UPPER).reinterpretAsFloats();
      a4 = o4.fma(u, e4.fma(p, a4));
      IntVector w5 = IntVector.broadcast(I, x.get(PAIR, x5 + byteOf));
      FloatVector e5 = w5.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o5 = w5.and(UPPER).reinterpretAsFloats();
      a5 = o5.fma(u, e5.fma(p, a5));
      IntVector w6 = IntVector.broadcast(I, x.get(PAIR, x6 + byteOf));
      FloatVector e6 = w6.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o6 = w6.and(UPPER).reinterpretAsFloats();
      a6 = o6.fma(u, e6.fma(p, a6));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    a5.intoArray(s, 5 * V);
    a6.intoArray(s, 6 * V);
  }

  private static void products6x1(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    long x4 = Math.min(at + 4 * step, last);
    long x5 = Math.min(at + 5 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    FloatVector a5 = zero;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      IntVector w4 = IntVector.broadcast(I, x.get(PAIR, x4 + byteOf));
      FloatVector e4 = w4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o4 = w4.and(UPPER).reinterpretAsFloats();
      a4 = o4.fma(u, e4.fma(p, a4));
      IntVector w5 = IntVector.broadcast(I, x.get(PAIR, x5 + byteOf));
      FloatVector e5 = w5.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o5 = w5.and(UPPER).reinterpretAsFloats();
      a5 = o5.fma(u, e5.fma(p, a5));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    a5.intoArray(s, 5 * V);
  }

  private static void products5x1(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    long x4 = Math.min(at + 4 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      IntVector w4 = IntVector.broadcast(I, x.get(PAIR, x4 + byteOf));
      FloatVector e4 = w4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o4 = w4.and(UPPER).reinterpretAsFloats();
      a4 = o4.fma(u, e4.fma(p, a4));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
  }

  private static void products4x1(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
  }

  private static void products7x2(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    long x4 = Math.min(at + 4 * step, last);
    long x5 = Math.min(at + 5 * step, last);
    long x6 = Math.min(at + 6 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    FloatVector a5 = zero;
    FloatVector a6 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    FloatVector b4 = zero;
    FloatVector b5 = zero;
    FloatVector b6 = zero;
    int next = d * V;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      FloatVector r = FloatVector.fromArray(S, q, k + next);
      FloatVector t = FloatVector.fromArray(S, q, k + next + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      b0 = o0.fma(t, e0.fma(r, b0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      b1 = o1.fma(t, e1.fma(r, b1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      b2 = o2.fma(t, e2.fma(r, b2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      b3 = o3.fma(t, e3.fma(r, b3));
      IntVector w4 = IntVector.broadcast(I, x.get(PAIR, x4 + byteOf));
      FloatVector e4 = w4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o4 = w4.and(UPPER).reinterpretAsFloats();
      a4 = o4.fma(u, e4.fma(p, a4));
      b4 = o4.fma(t, e4.fma(r, b4));
      IntVector w5 = IntVector.broadcast(I, x.get(PAIR, x5 + byteOf));
      FloatVector e5 = w5.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o5 = w5.and(UPPER).reinterpretAsFloats();
      a5 = o5.fma(u, e5.fma(p, a5));
      b5 = o5.fma(t, e5.fma(r, b5));
      IntVector w6 = IntVector.broadcast(I, x.get(PAIR, x6 + byteOf));
      FloatVector e6 = w6.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o6 = w6.and(UPPER).reinterpretAsFloats();
      a6 = o6.fma(u, e6.fma(p, a6));
      b6 = o6.fma(t, e6.fma(r, b6));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    a5.intoArray(s, 5 * V);
    a6.intoArray(s, 6 * V);
    b0.intoArray(s, 7 * V);
    b1.intoArray(s, 8 * V);
    b2.intoArray(s, 9 * V);
    b3.intoArray(s, 10 * V);
    b4.intoArray(s, 11 * V);
    b5.intoArray(s, 12 * V);
    b6.intoArray(s, 13 * V);
  }

  private static void products6x2(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    long x4 = Math.min(at + 4 * step, last);
    long x5 = Math.min(at + 5 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    FloatVector a5 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    FloatVector b4 = zero;
    FloatVector b5 = zero;
    int next = d * V;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      FloatVector r = FloatVector.fromArray(S, q, k + next);
      FloatVector t = FloatVector.fromArray(S, q, k + next + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      b0 = o0.fma(t, e0.fma(r, b0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      b1 = o1.fma(t, e1.fma(r, b1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      b2 = o2.fma(t, e2.fma(r, b2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      b3 = o3.fma(t, e3.fma(r, b3));
      IntVector w4 = IntVector.broadcast(I, x.get(PAIR, x4 + byteOf));
      FloatVector e4 = w4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o4 = w4.and(UPPER).reinterpretAsFloats();
      a4 = o4.fma(u, e4.fma(p, a4));
      b4 = o4.fma(t, e4.fma(r, b4));
      IntVector w5 = IntVector.broadcast(I, x.get(PAIR, x5 + byteOf));
      FloatVector e5 = w5.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o5 = w5.and(UPPER).reinterpretAsFloats();
      a5 = o5.fma(u, e5.fma(p, a5));
      b5 = o5.fma(t, e5.fma(r, b5));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    a5.intoArray(s, 5 * V);
    b0.intoArray(s, 6 * V);
    b1.intoArray(s, 7 * V);
    b2.intoArray(s, 8 * V);
    b3.intoArray(s, 9 * V);
    b4.intoArray(s, 10 * V);
    b5.intoArray(s, 11 * V);
  }

  private static void products5x2(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    long x4 = Math.min(at + 4 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    FloatVector b4 = zero;
    int next = d * V;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      FloatVector r = FloatVector.fromArray(S, q, k + next);
      FloatVector t = FloatVector.fromArray(S, q, k + next + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      b0 = o0.fma(t, e0.fma(r, b0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      b1 = o1.fma(t, e1.fma(r, b1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      b2 = o2.fma(t, e2.fma(r, b2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      b3 = o3.fma(t, e3.fma(r, b3));
      IntVector w4 = IntVector.broadcast(I, x.get(PAIR, x4 + byteOf));
      FloatVector e4 = w4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o4 = w4.and(UPPER).reinterpretAsFloats();
      a4 = o4.fma(u, e4.fma(p, a4));
      b4 = o4.fma(t, e4.fma(r, b4));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    a4.intoArray(s, 4 * V);
    b0.intoArray(s, 5 * V);
    b1.intoArray(s, 6 * V);
    b2.intoArray(s, 7 * V);
    b3.intoArray(s, 8 * V);
    b4.intoArray(s, 9 * V);
  }

  private static void products4x2(
      MemorySegment x, long at, long step, long last, float[] q, int qAt, int d, float[] s) {
    long x0 = at;
    long x1 = Math.min(at + step, last);
    long x2 = Math.min(at + 2 * step, last);
    long x3 = Math.min(at + 3 * step, last);
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    int next = d * V;
    for (int c = 0; c + 1 < d; c += 2) {
      int k = qAt + c * V;
      long byteOf = 2L * c;
      FloatVector p = FloatVector.fromArray(S, q, k);
      FloatVector u = FloatVector.fromArray(S, q, k + V);
      FloatVector r = FloatVector.fromArray(S, q, k + next);
      FloatVector t = FloatVector.fromArray(S, q, k + next + V);
      IntVector w0 = IntVector.broadcast(I, x.get(PAIR, x0 + byteOf));
      FloatVector e0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = o0.fma(u, e0.fma(p, a0));
      b0 = o0.fma(t, e0.fma(r, b0));
      IntVector w1 = IntVector.broadcast(I, x.get(PAIR, x1 + byteOf));
      FloatVector e1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o1 = w1.and(UPPER).reinterpretAsFloats();
      a1 = o1.fma(u, e1.fma(p, a1));
      b1 = o1.fma(t, e1.fma(r, b1));
      IntVector w2 = IntVector.broadcast(I, x.get(PAIR, x2 + byteOf));
      FloatVector e2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o2 = w2.and(UPPER).reinterpretAsFloats();
      a2 = o2.fma(u, e2.fma(p, a2));
      b2 = o2.fma(t, e2.fma(r, b2));
      IntVector w3 = IntVector.broadcast(I, x.get(PAIR, x3 + byteOf));
      FloatVector e3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector o3 = w3.and(UPPER).reinterpretAsFloats();
      a3 = o3.fma(u, e3.fma(p, a3));
      b3 = o3.fma(t, e3.fma(r, b3));
    }
    a0.intoArray(s, 0);
    a1.intoArray(s, V);
    a2.intoArray(s, 2 * V);
    a3.intoArray(s, 3 * V);
    b0.intoArray(s, 4 * V);
    b1.intoArray(s, 5 * V);
    b2.intoArray(s, 6 * V);
    b3.intoArray(s, 7 * V);
  }
}
