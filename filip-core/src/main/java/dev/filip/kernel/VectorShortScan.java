package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Scan} of a short query by the Vector API, as wide as the machine prefers. A lane is a
 * partial sum; bf16 rows are read where they lie, two numbers a lane, of which a shift and a mask
 * make floats. A tile is four rows of an item, a quarter of it apart (so that each stream of rows
 * is read from front to back), by four of the query, in registers (AVX2, which has 16, takes two by
 * four, twice); its sixteen products are then summed across lanes together, which leaves one
 * product a lane. Immutable, safe for any thread.
 */
final class VectorShortScan implements Scan {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
  private static final int V = S.length();
  private static final int UPPER = 0xffff0000;

  /** 256-bit vectors mean AVX2 and its 16 registers; AVX-512 and NEON have 32. */
  private static final boolean FEW_REGISTERS = S.vectorBitSize() == 256;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final Half EIGHT = Half.of(8);
  private static final Half FOUR = Half.of(4);
  private static final Half TWO = Half.of(2);
  private static final Half ONE = Half.of(1);

  private static final int SIDE = 4;
  private static final int TILE = SIDE * SIDE;

  /** Floats of four rows of the query in 32 dimensions. */
  private static final int STEP = SIDE * CHUNK;

  private final int d;
  private final int m;
  private final int chunks;

  /**
   * {@code [blocks, chunks, 4, 2, 16]}; rows beyond the last one are its copies: they win nothing.
   */
  private final float[] lanes;

  /** {@code [m, d - 32 chunks]}, what no chunk holds. */
  private final float[] rest;

  VectorShortScan(float[] query, int m, int d) {
    this.m = m;
    this.d = d;
    chunks = d / CHUNK;
    lanes = new float[Math.multiplyExact(Math.ceilDiv(m, SIDE), chunks * STEP)];
    rest = new float[room() * (d % CHUNK)];
    for (int r = 0; r < room(); r++) {
      int from = Math.min(r, m - 1) * d;
      for (int c = 0; c < chunks * CHUNK; c++) {
        int at = (r / SIDE * chunks + c / CHUNK) * STEP + r % SIDE * CHUNK;
        lanes[at + Scan.place(c % CHUNK, CHUNK)] = query[from + c];
      }
      System.arraycopy(query, from + chunks * CHUNK, rest, r * (d % CHUNK), d % CHUNK);
    }
  }

  @Override
  public int room() {
    return Math.ceilDiv(m, SIDE) * SIDE;
  }

  /** Partial sums of a tile, its products, and the largest of them so far. */
  @Override
  public int scratch() {
    return TILE * PARTIAL + 2 * TILE;
  }

  @Override
  public void maxima(MemorySegment x, long at, int n, float[] best, float[] token, float[] s) {
    Arrays.fill(token, Float.NEGATIVE_INFINITY);
    for (int block = 0; block < room() / SIDE; block++) {
      Arrays.fill(s, TILE * (PARTIAL + 1), TILE * (PARTIAL + 2), Float.NEGATIVE_INFINITY);
      int quarter = Math.ceilDiv(n, SIDE);
      for (int k = 0; k < quarter; k++) {
        products(x, at, n, k, quarter, block, s);
        reduce(s);
        if (token.length > 0) {
          byRow(s, n, k, quarter, token);
        }
      }
      for (int t = 0; t < SIDE; t++) {
        int from = TILE * (PARTIAL + 1) + t;
        best[block * SIDE + t] =
            Math.max(
                Math.max(s[from], s[from + SIDE]),
                Math.max(s[from + 2 * SIDE], s[from + 3 * SIDE]));
      }
    }
  }

  /** Partial sums of row k of each quarter of an item; those over its end repeat the last one. */
  private void products(MemorySegment x, long at, int n, int k, int quarter, int block, float[] s) {
    long step = 2L * d;
    long last = at + (n - 1) * step;
    long x0 = at + k * step;
    long x1 = Math.min(x0 + quarter * step, last);
    long x2 = Math.min(x0 + 2L * quarter * step, last);
    long x3 = Math.min(x0 + 3L * quarter * step, last);
    int q = block * chunks * STEP;
    for (int part = 0; part < PARTIAL; part += V) {
      long of = (long) part * Integer.BYTES;
      if (FEW_REGISTERS) {
        two(x, x0 + of, x1 + of, lanes, q + part, chunks, s, part);
        two(x, x2 + of, x3 + of, lanes, q + part, chunks, s, TILE / 2 * PARTIAL + part);
      } else {
        four(x, x0 + of, x1 + of, x2 + of, x3 + of, lanes, q + part, chunks, s, part);
      }
    }
    if (d % CHUNK > 0) {
      rest(x, x0, block, s, 0);
      rest(x, x1, block, s, 1);
      rest(x, x2, block, s, 2);
      rest(x, x3, block, s, 3);
    }
  }

  /** The dimensions of one row of an item that fill no chunk. */
  private void rest(MemorySegment x, long at, int block, float[] s, int row) {
    int some = d % CHUNK;
    for (int c = 0; c < some; c++) {
      float value = Scan.value(x, at + 2L * (d - some + c));
      for (int t = 0; t < SIDE; t++) {
        int to = (row * SIDE + t) * PARTIAL + c / 2;
        s[to] = Math.fma(value, rest[(block * SIDE + t) * some + c], s[to]);
      }
    }
  }

  /** Maxima over rows of the query; of a row that is repeated the same again. */
  private static void byRow(float[] s, int n, int k, int quarter, float[] token) {
    for (int r = 0; r < SIDE; r++) {
      int at = TILE * PARTIAL + r * SIDE;
      float most = Math.max(Math.max(s[at], s[at + 1]), Math.max(s[at + 2], s[at + 3]));
      int row = Math.min(k + r * quarter, n - 1);
      token[row] = Math.max(token[row], most);
    }
  }

  /** Sums the partial sums of a tile's products, and takes the maxima. */
  private static void reduce(float[] s) {
    for (int g = 0; g < TILE; g += V) {
      FloatVector sums = V == 4 ? ofFour(s, g) : ofEight(s, g);
      sums.intoArray(s, TILE * PARTIAL + g);
      int most = TILE * (PARTIAL + 1) + g;
      FloatVector.fromArray(S, s, most).max(sums).intoArray(s, most);
    }
  }

  /** Products g to g + 3, one a lane. */
  private static FloatVector ofFour(float[] s, int g) {
    return halves(
        halves(folded(s, g), folded(s, g + 2), 2),
        halves(folded(s, g + 1), folded(s, g + 3), 2),
        1);
  }

  /** Products g to g + 7, or all sixteen, one a lane. */
  private static FloatVector ofEight(float[] s, int g) {
    return halves(ofEvery(s, g), ofEvery(s, g + 1), 1);
  }

  private static FloatVector ofEvery(float[] s, int g) {
    return halves(
        halves(folded(s, g), folded(s, g + 4), 4),
        halves(folded(s, g + 2), folded(s, g + 6), 4),
        2);
  }

  /** The first sums of a product: those eight apart, then, of narrow vectors, those four apart. */
  private static FloatVector folded(float[] s, int product) {
    int at = product * PARTIAL;
    FloatVector first = FloatVector.fromArray(S, s, at);
    return switch (V) {
      case 16 -> halves(first, FloatVector.fromArray(S, s, at + 8 * PARTIAL), 8);
      case 8 -> first.add(FloatVector.fromArray(S, s, at + 8));
      default ->
          first
              .add(FloatVector.fromArray(S, s, at + 8))
              .add(FloatVector.fromArray(S, s, at + 4).add(FloatVector.fromArray(S, s, at + 12)));
    };
  }

  /**
   * Lanes of a, summed with those {@code apart}, where that bit of a lane is 0, of b where it is 1.
   */
  private static FloatVector halves(FloatVector a, FloatVector b, int apart) {
    Half half = apart == 8 ? EIGHT : apart == 4 ? FOUR : apart == 2 ? TWO : ONE;
    FloatVector own = a.blend(b, half.upper);
    return own.add(b.blend(a, half.upper).rearrange(half.other));
  }

  // Written out, because C2 keeps accumulators in registers only as local variables: rows of an
  // item by four rows of the query in all chunks, to s [rows, 4, 16].

  private static void four(
      MemorySegment x,
      long x0,
      long x1,
      long x2,
      long x3,
      float[] q,
      int qAt,
      int chunks,
      float[] s,
      int to) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    FloatVector c0 = zero;
    FloatVector c1 = zero;
    FloatVector c2 = zero;
    FloatVector c3 = zero;
    FloatVector e0 = zero;
    FloatVector e1 = zero;
    FloatVector e2 = zero;
    FloatVector e3 = zero;
    for (int k = 0; k < chunks; k++) {
      int at = qAt + k * STEP;
      long of = 2L * CHUNK * k;
      FloatVector p0 = FloatVector.fromArray(S, q, at);
      FloatVector u0 = FloatVector.fromArray(S, q, at + PARTIAL);
      FloatVector p1 = FloatVector.fromArray(S, q, at + CHUNK);
      FloatVector u1 = FloatVector.fromArray(S, q, at + CHUNK + PARTIAL);
      FloatVector p2 = FloatVector.fromArray(S, q, at + 2 * CHUNK);
      FloatVector u2 = FloatVector.fromArray(S, q, at + 2 * CHUNK + PARTIAL);
      FloatVector p3 = FloatVector.fromArray(S, q, at + 3 * CHUNK);
      FloatVector u3 = FloatVector.fromArray(S, q, at + 3 * CHUNK + PARTIAL);
      IntVector w0 = IntVector.fromMemorySegment(I, x, x0 + of, ORDER);
      FloatVector even0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector odd0 = w0.and(UPPER).reinterpretAsFloats();
      a0 = odd0.fma(u0, even0.fma(p0, a0));
      a1 = odd0.fma(u1, even0.fma(p1, a1));
      a2 = odd0.fma(u2, even0.fma(p2, a2));
      a3 = odd0.fma(u3, even0.fma(p3, a3));
      IntVector w1 = IntVector.fromMemorySegment(I, x, x1 + of, ORDER);
      FloatVector even1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector odd1 = w1.and(UPPER).reinterpretAsFloats();
      b0 = odd1.fma(u0, even1.fma(p0, b0));
      b1 = odd1.fma(u1, even1.fma(p1, b1));
      b2 = odd1.fma(u2, even1.fma(p2, b2));
      b3 = odd1.fma(u3, even1.fma(p3, b3));
      IntVector w2 = IntVector.fromMemorySegment(I, x, x2 + of, ORDER);
      FloatVector even2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector odd2 = w2.and(UPPER).reinterpretAsFloats();
      c0 = odd2.fma(u0, even2.fma(p0, c0));
      c1 = odd2.fma(u1, even2.fma(p1, c1));
      c2 = odd2.fma(u2, even2.fma(p2, c2));
      c3 = odd2.fma(u3, even2.fma(p3, c3));
      IntVector w3 = IntVector.fromMemorySegment(I, x, x3 + of, ORDER);
      FloatVector even3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector odd3 = w3.and(UPPER).reinterpretAsFloats();
      e0 = odd3.fma(u0, even3.fma(p0, e0));
      e1 = odd3.fma(u1, even3.fma(p1, e1));
      e2 = odd3.fma(u2, even3.fma(p2, e2));
      e3 = odd3.fma(u3, even3.fma(p3, e3));
    }
    a0.intoArray(s, to);
    a1.intoArray(s, to + PARTIAL);
    a2.intoArray(s, to + 2 * PARTIAL);
    a3.intoArray(s, to + 3 * PARTIAL);
    b0.intoArray(s, to + 4 * PARTIAL);
    b1.intoArray(s, to + 5 * PARTIAL);
    b2.intoArray(s, to + 6 * PARTIAL);
    b3.intoArray(s, to + 7 * PARTIAL);
    c0.intoArray(s, to + 8 * PARTIAL);
    c1.intoArray(s, to + 9 * PARTIAL);
    c2.intoArray(s, to + 10 * PARTIAL);
    c3.intoArray(s, to + 11 * PARTIAL);
    e0.intoArray(s, to + 12 * PARTIAL);
    e1.intoArray(s, to + 13 * PARTIAL);
    e2.intoArray(s, to + 14 * PARTIAL);
    e3.intoArray(s, to + 15 * PARTIAL);
  }

  private static void two(
      MemorySegment x, long x0, long x1, float[] q, int qAt, int chunks, float[] s, int to) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    for (int k = 0; k < chunks; k++) {
      int at = qAt + k * STEP;
      long of = 2L * CHUNK * k;
      IntVector w0 = IntVector.fromMemorySegment(I, x, x0 + of, ORDER);
      FloatVector even0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector odd0 = w0.and(UPPER).reinterpretAsFloats();
      IntVector w1 = IntVector.fromMemorySegment(I, x, x1 + of, ORDER);
      FloatVector even1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector odd1 = w1.and(UPPER).reinterpretAsFloats();
      FloatVector p0 = FloatVector.fromArray(S, q, at);
      FloatVector u0 = FloatVector.fromArray(S, q, at + PARTIAL);
      a0 = odd0.fma(u0, even0.fma(p0, a0));
      b0 = odd1.fma(u0, even1.fma(p0, b0));
      FloatVector p1 = FloatVector.fromArray(S, q, at + CHUNK);
      FloatVector u1 = FloatVector.fromArray(S, q, at + CHUNK + PARTIAL);
      a1 = odd0.fma(u1, even0.fma(p1, a1));
      b1 = odd1.fma(u1, even1.fma(p1, b1));
      FloatVector p2 = FloatVector.fromArray(S, q, at + 2 * CHUNK);
      FloatVector u2 = FloatVector.fromArray(S, q, at + 2 * CHUNK + PARTIAL);
      a2 = odd0.fma(u2, even0.fma(p2, a2));
      b2 = odd1.fma(u2, even1.fma(p2, b2));
      FloatVector p3 = FloatVector.fromArray(S, q, at + 3 * CHUNK);
      FloatVector u3 = FloatVector.fromArray(S, q, at + 3 * CHUNK + PARTIAL);
      a3 = odd0.fma(u3, even0.fma(p3, a3));
      b3 = odd1.fma(u3, even1.fma(p3, b3));
    }
    a0.intoArray(s, to);
    a1.intoArray(s, to + PARTIAL);
    a2.intoArray(s, to + 2 * PARTIAL);
    a3.intoArray(s, to + 3 * PARTIAL);
    b0.intoArray(s, to + 4 * PARTIAL);
    b1.intoArray(s, to + 5 * PARTIAL);
    b2.intoArray(s, to + 6 * PARTIAL);
    b3.intoArray(s, to + 7 * PARTIAL);
  }

  /**
   * How lanes of two vectors meet; a record, whose fields the JVM takes for constants.
   *
   * @param upper lanes that have the bit
   * @param other the lane without it for one with it, and the other way round
   */
  private record Half(VectorMask<Float> upper, VectorShuffle<Float> other) {
    static Half of(int apart) {
      boolean[] set = new boolean[V];
      for (int lane = 0; lane < V; lane++) {
        set[lane] = (lane & apart) != 0;
      }
      return new Half(
          VectorMask.fromArray(S, set, 0), VectorShuffle.fromOp(S, lane -> (lane ^ apart) % V));
    }
  }
}
