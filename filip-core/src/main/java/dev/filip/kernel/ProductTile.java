package dev.filip.kernel;

import dev.filip.tokens.Bf16;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products by a {@link Bf16Product} of blocks of patches and words that stay in second-level cache,
 * maxima of them by the Vector API. Features are rounded to bf16, whose products are exact in fp32,
 * so that of rounded features only the order of sums differs from {@link VectorTile}.
 */
final class ProductTile implements Tile {
  /** Word positions of a block: with 16 lanes 256 columns. */
  static final int WORDS = 16;

  /** Patches of a block: its fp32 products take 128 KiB. */
  static final int PATCHES = 128;

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int V = S.length();

  /** Dimensions of a vector of pairs. */
  private static final int GROUP = 2 * V;

  /** The upper half of an int. */
  private static final int UPPER = 0xffff0000;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final Bf16Product product;
  private final NativeBlock packed = new NativeBlock();
  private long[] start = {};
  private final VectorTile vector = new VectorTile();

  ProductTile(Bf16Product product) {
    this.product = product;
  }

  @Override
  public int lanes() {
    return V;
  }

  /** Every image in bf16, one after the other; a row of odd width gets a 0. */
  @Override
  public void begin(Tokens images, Workers workers) {
    start = new long[images.size()];
    long rows = 0;
    for (int i = 0; i < start.length; i++) {
      start[i] = rows * bytes(images.d());
      rows += images.length(i);
    }
    MemorySegment to = packed.room(rows * bytes(images.d()));
    workers.forEach(images.size(), (_, i) -> put(images, i, to, start[i]));
  }

  /** Numbers of a packed row of d: products take two at a time, an odd one gets a 0. */
  static int even(int d) {
    return d + d % 2;
  }

  /** Item i of rows, {@code [tokens,d]}, from a byte on; a row of odd width gets a 0. */
  private static void put(Tokens rows, int i, MemorySegment to, long at) {
    int d = rows.d();
    int even = even(d);
    float[] row = new float[even];
    short[] half = new short[even];
    for (int k = 0; k < rows.length(i); k++, at += (long) even * Short.BYTES) {
      rows.copy(i, k, 1, row, 0);
      for (int c = 0; c < even; c++) {
        half[c] = Bf16.of(row[c]);
      }
      MemorySegment.copy(half, 0, to, ValueLayout.JAVA_SHORT, at, even);
    }
  }

  private static int bytes(int d) {
    return Short.BYTES * even(d);
  }

  @Override
  public void maxima(Tokens images, int i, Scratch own) {
    Panel panel = own.panel;
    Maxima out = own.maxima;
    int n = images.length(i);
    int words = 2 * panel.pairs;
    int even = even(panel.d);
    Arrays.fill(out.wordBest, 0, words * V, Float.NEGATIVE_INFINITY);
    Arrays.fill(out.wordPatch, 0, words * V, 0);
    MemorySegment a = packed.block();
    MemorySegment b = panel.interleaved(WORDS);
    MemorySegment c = out.block.room(4L * Math.min(n, PATCHES) * Math.min(words, WORDS) * V);
    for (int r = 0; r < words; r += WORDS) {
      int count = Math.min(WORDS, words - r);
      for (int k = 0; k < n; k += PATCHES) {
        int rows = Math.min(PATCHES, n - k);
        product.multiply(
            a,
            start[i] + (long) k * bytes(panel.d),
            b,
            2L * r * V * even,
            c,
            rows,
            count * V,
            even);
        for (int q = 0; q < count; q += 2) {
          reduce(c, rows, count * V, q * V, k, r + q, panel.floor, out);
        }
      }
    }
  }

  /** Takes maxima over two columns of word positions of a block into those so far. */
  private static void reduce(
      MemorySegment c,
      int rows,
      int stride,
      int column,
      int patch,
      int word,
      float[] floor,
      Maxima out) {
    float[] best = out.patchBest;
    float[] at = out.patchWord;
    int w = word * V;
    FloatVector f0 = FloatVector.fromArray(S, floor, w);
    FloatVector f1 = FloatVector.fromArray(S, floor, w + V);
    FloatVector r0 = FloatVector.broadcast(S, (float) word);
    FloatVector r1 = FloatVector.broadcast(S, (float) (word + 1));
    FloatVector u = FloatVector.fromArray(S, out.wordBest, w);
    FloatVector v = FloatVector.fromArray(S, out.wordBest, w + V);
    FloatVector uAt = FloatVector.fromArray(S, out.wordPatch, w);
    FloatVector vAt = FloatVector.fromArray(S, out.wordPatch, w + V);
    for (int k = 0; k < rows; k++) {
      long from = 4L * (k * stride + column);
      FloatVector a = FloatVector.fromMemorySegment(S, c, from, ORDER).add(f0);
      FloatVector b = FloatVector.fromMemorySegment(S, c, from + 4L * V, ORDER).add(f1);
      FloatVector index = FloatVector.broadcast(S, (float) (patch + k));
      uAt = uAt.blend(index, a.compare(VectorOperators.GT, u));
      vAt = vAt.blend(index, b.compare(VectorOperators.GT, v));
      u = u.max(a);
      v = v.max(b);
      int p = (patch + k) * V;
      FloatVector m = FloatVector.fromArray(S, best, p);
      FloatVector mAt = FloatVector.fromArray(S, at, p);
      VectorMask<Float> first = a.compare(VectorOperators.GT, m);
      m = m.max(a);
      mAt = mAt.blend(r0, first);
      VectorMask<Float> second = b.compare(VectorOperators.GT, m);
      m.max(b).intoArray(best, p);
      mAt.blend(r1, second).intoArray(at, p);
    }
    u.intoArray(out.wordBest, w);
    v.intoArray(out.wordBest, w + V);
    uAt.intoArray(out.wordPatch, w);
    vAt.intoArray(out.wordPatch, w + V);
  }

  /**
   * Half the bytes to read: an int holds dimension c of a group of two vectors in its lower half
   * and dimension c + V in its upper.
   */
  @Override
  public void read(Tokens rows, int from, int to, Scratch own) {
    float[] source = own.load(rows, from, to, rows.longest());
    int floats = (to - from) * rows.longest() * rows.d();
    if (rows.d() % GROUP != 0) {
      for (int i = 0; i < floats; i++) {
        source[i] = Float.intBitsToFloat(Bf16.rounded(source[i]));
      }
      return;
    }
    if (own.halves.length < floats / 2) {
      own.halves = new int[floats / 2];
    }
    for (int i = 0; i < floats; i += GROUP) {
      IntVector low =
          rounded(FloatVector.fromArray(S, source, i)).lanewise(VectorOperators.LSHR, 16);
      low.or(rounded(FloatVector.fromArray(S, source, i + V))).intoArray(own.halves, i / 2);
    }
  }

  /** To the nearest bf16, of two the even one, in the upper half: {@link Bf16#rounded}. */
  private static IntVector rounded(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    return bits.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7fff).add(bits).and(UPPER);
  }

  @Override
  public void combine(Scratch own, int k, int at, int d) {
    if (d % GROUP != 0) {
      vector.combine(own, k, at, d);
      return;
    }
    int begin = own.entries.begin(k);
    int end = own.entries.end(k);
    int c = 0;
    for (; c <= d - 4 * GROUP; c += 4 * GROUP) {
      combine4(own.entries, begin, end, own.halves, c / 2, own.target, at + c);
    }
    for (; c < d; c += GROUP) {
      combine1(own.entries, begin, end, own.halves, c / 2, own.target, at + c);
    }
  }

  private static FloatVector low(IntVector both) {
    return both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector high(IntVector both) {
    return both.and(UPPER).reinterpretAsFloats();
  }

  // One row of a sparse product, four groups or one of it at a time, as VectorTile's.

  private static void combine4(
      SparseRows rows, int begin, int end, int[] x, int c, float[] y, int at) {
    FloatVector a0 = FloatVector.fromArray(S, y, at);
    FloatVector a1 = FloatVector.fromArray(S, y, at + 1 * V);
    FloatVector a2 = FloatVector.fromArray(S, y, at + 2 * V);
    FloatVector a3 = FloatVector.fromArray(S, y, at + 3 * V);
    FloatVector a4 = FloatVector.fromArray(S, y, at + 4 * V);
    FloatVector a5 = FloatVector.fromArray(S, y, at + 5 * V);
    FloatVector a6 = FloatVector.fromArray(S, y, at + 6 * V);
    FloatVector a7 = FloatVector.fromArray(S, y, at + 7 * V);
    int[] source = rows.source;
    float[] weight = rows.weight;
    for (int e = begin; e < end; e++) {
      FloatVector w = FloatVector.broadcast(S, weight[e]);
      int q = source[e] / 2 + c;
      IntVector p0 = IntVector.fromArray(INTS, x, q);
      IntVector p1 = IntVector.fromArray(INTS, x, q + 1 * V);
      IntVector p2 = IntVector.fromArray(INTS, x, q + 2 * V);
      IntVector p3 = IntVector.fromArray(INTS, x, q + 3 * V);
      a0 = w.fma(low(p0), a0);
      a1 = w.fma(high(p0), a1);
      a2 = w.fma(low(p1), a2);
      a3 = w.fma(high(p1), a3);
      a4 = w.fma(low(p2), a4);
      a5 = w.fma(high(p2), a5);
      a6 = w.fma(low(p3), a6);
      a7 = w.fma(high(p3), a7);
    }
    a0.intoArray(y, at);
    a1.intoArray(y, at + 1 * V);
    a2.intoArray(y, at + 2 * V);
    a3.intoArray(y, at + 3 * V);
    a4.intoArray(y, at + 4 * V);
    a5.intoArray(y, at + 5 * V);
    a6.intoArray(y, at + 6 * V);
    a7.intoArray(y, at + 7 * V);
  }

  private static void combine1(
      SparseRows rows, int begin, int end, int[] x, int c, float[] y, int at) {
    FloatVector a0 = FloatVector.fromArray(S, y, at);
    FloatVector a1 = FloatVector.fromArray(S, y, at + V);
    for (int e = begin; e < end; e++) {
      FloatVector w = FloatVector.broadcast(S, rows.weight[e]);
      IntVector p = IntVector.fromArray(INTS, x, rows.source[e] / 2 + c);
      a0 = w.fma(low(p), a0);
      a1 = w.fma(high(p), a1);
    }
    a0.intoArray(y, at);
    a1.intoArray(y, at + V);
  }

  @Override
  public boolean finite(float[] x, int count) {
    return vector.finite(x, count);
  }
}
