package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API form, as wide as the machine prefers. Products are made in register tiles of four
 * to seven patches by two word positions by one vector of texts: both maxima are then taken lane by
 * lane, without any sum across lanes. Seven patches need 32 registers; with 16 (AVX2) a tile of
 * seven spills and runs at half the speed of six (measured on one core of an AVX-512 machine, 49 x
 * 32 x 256: 7 x 2 98% of the fp32 peak with 512 bits; with 256 bits 6 x 2 96%, 7 x 2 50%).
 */
final class VectorTile implements Tile {
  /** Patches in the largest tile. */
  static final int MAX_ROWS = 7;

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int V = S.length();

  /** 256-bit vectors mean AVX2 and its 16 registers; AVX-512 and NEON have 32. */
  private static final int MOST_ROWS = S.vectorBitSize() == 256 ? 6 : MAX_ROWS;

  @Override
  public int lanes() {
    return V;
  }

  /** How many patches a tile takes: the fewest rows to fill up with, then the largest tile. */
  static int rowsOfTile(int n) {
    return rowsOfTile(n, MOST_ROWS);
  }

  /** The same of tiles of 4 to {@code most} rows. */
  static int rowsOfTile(int n, int most) {
    int best = most;
    for (int rows = most; rows >= 4; rows--) {
      if (Math.ceilDiv(n, rows) * rows < Math.ceilDiv(n, best) * best) {
        best = rows;
      }
    }
    return best;
  }

  @Override
  public void maxima(Tokens images, int i, Scratch own) {
    maxima(own.load(images, i), images.length(i), own.panel, own.maxima);
  }

  private static void maxima(float[] image, int n, Panel panel, Maxima out) {
    int rows = rowsOfTile(n);
    for (int pair = 0; pair < panel.pairs; pair++) {
      products(image, n, rows, panel, pair, out.products);
      reduce(n, pair, out);
    }
  }

  private static void products(float[] x, int n, int rows, Panel panel, int pair, float[] s) {
    int d = panel.d;
    int last = (n - 1) * d; // a tile that hangs over the end repeats the last patch
    for (int k = 0; k < n; k += rows) {
      int at = k * d;
      int to = 2 * k * V;
      switch (rows) {
        case 7 -> products7(x, at, d, last, panel, pair, s, to);
        case 6 -> products6(x, at, d, last, panel, pair, s, to);
        case 5 -> products5(x, at, d, last, panel, pair, s, to);
        default -> products4(x, at, d, last, panel, pair, s, to);
      }
    }
  }

  private static void reduce(int n, int pair, Maxima out) {
    float[] s = out.products;
    float[] best = out.patchBest;
    float[] word = out.patchWord;
    FloatVector r0 = FloatVector.broadcast(S, (float) (2 * pair));
    FloatVector r1 = FloatVector.broadcast(S, (float) (2 * pair + 1));
    FloatVector u = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector v = u;
    FloatVector uAt = FloatVector.zero(S);
    FloatVector vAt = uAt;
    for (int k = 0; k < n; k++) {
      FloatVector a = FloatVector.fromArray(S, s, 2 * k * V);
      FloatVector b = FloatVector.fromArray(S, s, (2 * k + 1) * V);
      FloatVector index = FloatVector.broadcast(S, (float) k);
      uAt = uAt.blend(index, a.compare(VectorOperators.GT, u));
      vAt = vAt.blend(index, b.compare(VectorOperators.GT, v));
      u = u.max(a);
      v = v.max(b);
      FloatVector m = FloatVector.fromArray(S, best, k * V);
      FloatVector mAt = FloatVector.fromArray(S, word, k * V);
      VectorMask<Float> first = a.compare(VectorOperators.GT, m);
      m = m.max(a);
      mAt = mAt.blend(r0, first);
      VectorMask<Float> second = b.compare(VectorOperators.GT, m);
      m.max(b).intoArray(best, k * V);
      mAt.blend(r1, second).intoArray(word, k * V);
    }
    int at = 2 * pair * V;
    u.intoArray(out.wordBest, at);
    v.intoArray(out.wordBest, at + V);
    uAt.intoArray(out.wordPatch, at);
    vAt.intoArray(out.wordPatch, at + V);
  }

  @Override
  public void combine(Scratch own, int k, int yAt, int d) {
    SparseRows rows = own.entries;
    float[] x = own.source;
    float[] y = own.target;
    int begin = rows.begin(k);
    int end = rows.end(k);
    int c = 0;
    for (; c <= d - 8 * V; c += 8 * V) {
      combine8(rows.source, rows.weight, begin, end, x, c, y, yAt + c);
    }
    for (; c <= d - 2 * V; c += 2 * V) {
      combine2(rows.source, rows.weight, begin, end, x, c, y, yAt + c);
    }
    for (; c < d; c++) {
      float sum = y[yAt + c];
      for (int e = begin; e < end; e++) {
        sum = Math.fma(rows.weight[e], x[rows.source[e] + c], sum);
      }
      y[yAt + c] = sum;
    }
  }

  @Override
  public boolean finite(float[] x, int count) {
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (; i <= count - V; i += V) {
      sum = sum.add(FloatVector.fromArray(S, x, i).mul(0f));
    }
    float rest = 0;
    for (; i < count; i++) {
      rest += x[i] * 0;
    }
    return sum.reduceLanes(VectorOperators.ADD) + rest == 0;
  }

  // Written out, because C2 keeps accumulators in registers only as local variables: rows "at",
  // "at + step", ... of x times one pair of word positions, to s [rows][2][V].

  private static void products7(
      float[] x, int at, int step, int last, Panel panel, int pair, float[] s, int sAt) {
    int d = panel.d;
    int x0 = at;
    int x1 = Math.min(at + 1 * step, last);
    int x2 = Math.min(at + 2 * step, last);
    int x3 = Math.min(at + 3 * step, last);
    int x4 = Math.min(at + 4 * step, last);
    int x5 = Math.min(at + 5 * step, last);
    int x6 = Math.min(at + 6 * step, last);
    float[] p = panel.values;
    int f = pair * 2 * V;
    FloatVector f0 = FloatVector.fromArray(S, panel.floor, f);
    FloatVector f1 = FloatVector.fromArray(S, panel.floor, f + V);
    FloatVector a0 = f0;
    FloatVector b0 = f1;
    FloatVector a1 = f0;
    FloatVector b1 = f1;
    FloatVector a2 = f0;
    FloatVector b2 = f1;
    FloatVector a3 = f0;
    FloatVector b3 = f1;
    FloatVector a4 = f0;
    FloatVector b4 = f1;
    FloatVector a5 = f0;
    FloatVector b5 = f1;
    FloatVector a6 = f0;
    FloatVector b6 = f1;
    int q = pair * 2 * V * d;
    for (int c = 0; c < d; c++, q += 2 * V) {
      FloatVector u = FloatVector.fromArray(S, p, q);
      FloatVector v = FloatVector.fromArray(S, p, q + V);
      FloatVector e0 = FloatVector.broadcast(S, x[x0 + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, x[x1 + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, x[x2 + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, x[x3 + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
      FloatVector e4 = FloatVector.broadcast(S, x[x4 + c]);
      a4 = e4.fma(u, a4);
      b4 = e4.fma(v, b4);
      FloatVector e5 = FloatVector.broadcast(S, x[x5 + c]);
      a5 = e5.fma(u, a5);
      b5 = e5.fma(v, b5);
      FloatVector e6 = FloatVector.broadcast(S, x[x6 + c]);
      a6 = e6.fma(u, a6);
      b6 = e6.fma(v, b6);
    }
    a0.intoArray(s, sAt + 0 * V);
    b0.intoArray(s, sAt + 1 * V);
    a1.intoArray(s, sAt + 2 * V);
    b1.intoArray(s, sAt + 3 * V);
    a2.intoArray(s, sAt + 4 * V);
    b2.intoArray(s, sAt + 5 * V);
    a3.intoArray(s, sAt + 6 * V);
    b3.intoArray(s, sAt + 7 * V);
    a4.intoArray(s, sAt + 8 * V);
    b4.intoArray(s, sAt + 9 * V);
    a5.intoArray(s, sAt + 10 * V);
    b5.intoArray(s, sAt + 11 * V);
    a6.intoArray(s, sAt + 12 * V);
    b6.intoArray(s, sAt + 13 * V);
  }

  private static void products6(
      float[] x, int at, int step, int last, Panel panel, int pair, float[] s, int sAt) {
    int d = panel.d;
    int x0 = at;
    int x1 = Math.min(at + 1 * step, last);
    int x2 = Math.min(at + 2 * step, last);
    int x3 = Math.min(at + 3 * step, last);
    int x4 = Math.min(at + 4 * step, last);
    int x5 = Math.min(at + 5 * step, last);
    float[] p = panel.values;
    int f = pair * 2 * V;
    FloatVector f0 = FloatVector.fromArray(S, panel.floor, f);
    FloatVector f1 = FloatVector.fromArray(S, panel.floor, f + V);
    FloatVector a0 = f0;
    FloatVector b0 = f1;
    FloatVector a1 = f0;
    FloatVector b1 = f1;
    FloatVector a2 = f0;
    FloatVector b2 = f1;
    FloatVector a3 = f0;
    FloatVector b3 = f1;
    FloatVector a4 = f0;
    FloatVector b4 = f1;
    FloatVector a5 = f0;
    FloatVector b5 = f1;
    int q = pair * 2 * V * d;
    for (int c = 0; c < d; c++, q += 2 * V) {
      FloatVector u = FloatVector.fromArray(S, p, q);
      FloatVector v = FloatVector.fromArray(S, p, q + V);
      FloatVector e0 = FloatVector.broadcast(S, x[x0 + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, x[x1 + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, x[x2 + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, x[x3 + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
      FloatVector e4 = FloatVector.broadcast(S, x[x4 + c]);
      a4 = e4.fma(u, a4);
      b4 = e4.fma(v, b4);
      FloatVector e5 = FloatVector.broadcast(S, x[x5 + c]);
      a5 = e5.fma(u, a5);
      b5 = e5.fma(v, b5);
    }
    a0.intoArray(s, sAt + 0 * V);
    b0.intoArray(s, sAt + 1 * V);
    a1.intoArray(s, sAt + 2 * V);
    b1.intoArray(s, sAt + 3 * V);
    a2.intoArray(s, sAt + 4 * V);
    b2.intoArray(s, sAt + 5 * V);
    a3.intoArray(s, sAt + 6 * V);
    b3.intoArray(s, sAt + 7 * V);
    a4.intoArray(s, sAt + 8 * V);
    b4.intoArray(s, sAt + 9 * V);
    a5.intoArray(s, sAt + 10 * V);
    b5.intoArray(s, sAt + 11 * V);
  }

  private static void products5(
      float[] x, int at, int step, int last, Panel panel, int pair, float[] s, int sAt) {
    int d = panel.d;
    int x0 = at;
    int x1 = Math.min(at + 1 * step, last);
    int x2 = Math.min(at + 2 * step, last);
    int x3 = Math.min(at + 3 * step, last);
    int x4 = Math.min(at + 4 * step, last);
    float[] p = panel.values;
    int f = pair * 2 * V;
    FloatVector f0 = FloatVector.fromArray(S, panel.floor, f);
    FloatVector f1 = FloatVector.fromArray(S, panel.floor, f + V);
    FloatVector a0 = f0;
    FloatVector b0 = f1;
    FloatVector a1 = f0;
    FloatVector b1 = f1;
    FloatVector a2 = f0;
    FloatVector b2 = f1;
    FloatVector a3 = f0;
    FloatVector b3 = f1;
    FloatVector a4 = f0;
    FloatVector b4 = f1;
    int q = pair * 2 * V * d;
    for (int c = 0; c < d; c++, q += 2 * V) {
      FloatVector u = FloatVector.fromArray(S, p, q);
      FloatVector v = FloatVector.fromArray(S, p, q + V);
      FloatVector e0 = FloatVector.broadcast(S, x[x0 + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, x[x1 + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, x[x2 + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, x[x3 + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
      FloatVector e4 = FloatVector.broadcast(S, x[x4 + c]);
      a4 = e4.fma(u, a4);
      b4 = e4.fma(v, b4);
    }
    a0.intoArray(s, sAt + 0 * V);
    b0.intoArray(s, sAt + 1 * V);
    a1.intoArray(s, sAt + 2 * V);
    b1.intoArray(s, sAt + 3 * V);
    a2.intoArray(s, sAt + 4 * V);
    b2.intoArray(s, sAt + 5 * V);
    a3.intoArray(s, sAt + 6 * V);
    b3.intoArray(s, sAt + 7 * V);
    a4.intoArray(s, sAt + 8 * V);
    b4.intoArray(s, sAt + 9 * V);
  }

  private static void products4(
      float[] x, int at, int step, int last, Panel panel, int pair, float[] s, int sAt) {
    int d = panel.d;
    int x0 = at;
    int x1 = Math.min(at + 1 * step, last);
    int x2 = Math.min(at + 2 * step, last);
    int x3 = Math.min(at + 3 * step, last);
    float[] p = panel.values;
    int f = pair * 2 * V;
    FloatVector f0 = FloatVector.fromArray(S, panel.floor, f);
    FloatVector f1 = FloatVector.fromArray(S, panel.floor, f + V);
    FloatVector a0 = f0;
    FloatVector b0 = f1;
    FloatVector a1 = f0;
    FloatVector b1 = f1;
    FloatVector a2 = f0;
    FloatVector b2 = f1;
    FloatVector a3 = f0;
    FloatVector b3 = f1;
    int q = pair * 2 * V * d;
    for (int c = 0; c < d; c++, q += 2 * V) {
      FloatVector u = FloatVector.fromArray(S, p, q);
      FloatVector v = FloatVector.fromArray(S, p, q + V);
      FloatVector e0 = FloatVector.broadcast(S, x[x0 + c]);
      a0 = e0.fma(u, a0);
      b0 = e0.fma(v, b0);
      FloatVector e1 = FloatVector.broadcast(S, x[x1 + c]);
      a1 = e1.fma(u, a1);
      b1 = e1.fma(v, b1);
      FloatVector e2 = FloatVector.broadcast(S, x[x2 + c]);
      a2 = e2.fma(u, a2);
      b2 = e2.fma(v, b2);
      FloatVector e3 = FloatVector.broadcast(S, x[x3 + c]);
      a3 = e3.fma(u, a3);
      b3 = e3.fma(v, b3);
    }
    a0.intoArray(s, sAt + 0 * V);
    b0.intoArray(s, sAt + 1 * V);
    a1.intoArray(s, sAt + 2 * V);
    b1.intoArray(s, sAt + 3 * V);
    a2.intoArray(s, sAt + 4 * V);
    b2.intoArray(s, sAt + 5 * V);
    a3.intoArray(s, sAt + 6 * V);
    b3.intoArray(s, sAt + 7 * V);
  }

  // One row of a sparse product, eight or two vectors of it at a time.

  private static void combine8(
      int[] source, float[] weight, int begin, int end, float[] x, int c, float[] y, int at) {
    FloatVector a0 = FloatVector.fromArray(S, y, at);
    FloatVector a1 = FloatVector.fromArray(S, y, at + 1 * V);
    FloatVector a2 = FloatVector.fromArray(S, y, at + 2 * V);
    FloatVector a3 = FloatVector.fromArray(S, y, at + 3 * V);
    FloatVector a4 = FloatVector.fromArray(S, y, at + 4 * V);
    FloatVector a5 = FloatVector.fromArray(S, y, at + 5 * V);
    FloatVector a6 = FloatVector.fromArray(S, y, at + 6 * V);
    FloatVector a7 = FloatVector.fromArray(S, y, at + 7 * V);
    for (int e = begin; e < end; e++) {
      FloatVector w = FloatVector.broadcast(S, weight[e]);
      int q = source[e] + c;
      a0 = w.fma(FloatVector.fromArray(S, x, q), a0);
      a1 = w.fma(FloatVector.fromArray(S, x, q + 1 * V), a1);
      a2 = w.fma(FloatVector.fromArray(S, x, q + 2 * V), a2);
      a3 = w.fma(FloatVector.fromArray(S, x, q + 3 * V), a3);
      a4 = w.fma(FloatVector.fromArray(S, x, q + 4 * V), a4);
      a5 = w.fma(FloatVector.fromArray(S, x, q + 5 * V), a5);
      a6 = w.fma(FloatVector.fromArray(S, x, q + 6 * V), a6);
      a7 = w.fma(FloatVector.fromArray(S, x, q + 7 * V), a7);
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

  private static void combine2(
      int[] source, float[] weight, int begin, int end, float[] x, int c, float[] y, int at) {
    FloatVector a0 = FloatVector.fromArray(S, y, at);
    FloatVector a1 = FloatVector.fromArray(S, y, at + 1 * V);
    for (int e = begin; e < end; e++) {
      FloatVector w = FloatVector.broadcast(S, weight[e]);
      int q = source[e] + c;
      a0 = w.fma(FloatVector.fromArray(S, x, q), a0);
      a1 = w.fma(FloatVector.fromArray(S, x, q + 1 * V), a1);
    }
    a0.intoArray(y, at);
    a1.intoArray(y, at + 1 * V);
  }
}
