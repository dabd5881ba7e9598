package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Scan} by the Vector API, as wide as the machine prefers, of a query of so many rows that
 * they fill lanes. A lane is a row of the query, so that a maximum a lane takes the place of sums
 * across lanes. A tile is four to seven rows of an item, as far apart as there are tiles (so that
 * each stream of rows is read from front to back), by one or two vectors of rows of the query
 * ({@link VectorScanTiles}, {@link HalfScanTiles}). Immutable, safe for any thread.
 */
final class VectorScan implements Scan {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int V = S.length();

  private final int d;
  private final int m;
  private final int blocks;
  private final boolean halves;

  /** {@code [blocks, d, V]}; lanes beyond the last row hold its copies, which win nothing. */
  private final float[] lanes;

  /**
   * @param halves whether single vectors are multiplied as two halves ({@link HalfScanTiles}) where
   *     there are any
   */
  VectorScan(float[] query, int m, int d, boolean halves) {
    this.halves = halves && HalfScanTiles.fit();
    this.m = m;
    this.d = d;
    blocks = Math.ceilDiv(m, V);
    lanes = new float[Math.multiplyExact(blocks, d * V)];
    for (int r = 0; r < room(); r++) {
      int from = Math.min(r, m - 1) * d;
      for (int c = 0; c < d; c++) {
        lanes[(r / V * d + Scan.place(c, d)) * V + r % V] = query[from + c];
      }
    }
  }

  @Override
  public int room() {
    return blocks * V;
  }

  @Override
  public int scratch() {
    return VectorScanTiles.SCRATCH;
  }

  @Override
  public void maxima(MemorySegment x, long at, int n, float[] best, float[] token, float[] s) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(token, Float.NEGATIVE_INFINITY);
    int block = 0;
    for (; block + 1 < blocks; block += 2) {
      tiles(x, at, n, block, 2, best, token, s);
    }
    if (block < blocks) {
      if (halves && n >= VectorScanTiles.rows(n, 1)) {
        inOrder(x, at, n, block, best, token, s);
      } else {
        tiles(x, at, n, block, 1, best, token, s);
      }
    }
  }

  /** All rows of an item with one or two vectors of query rows. */
  private void tiles(
      MemorySegment x, long at, int n, int block, int by, float[] best, float[] token, float[] s) {
    int rows = VectorScanTiles.rows(n, by);
    int apart = Math.ceilDiv(n, rows);
    long step = 2L * d * apart;
    for (int k = 0; k < apart; k++) {
      int valid = Math.ceilDiv(n - k, apart);
      long from = at + 2L * d * k;
      long last = from + (valid - 1) * step; // a tile that hangs over repeats the last row
      VectorScanTiles.products(x, from, step, last, rows, by, lanes, block * d * V, d, s);
      for (int b = 0; b < by; b++) {
        reduce(s, b * V, by * V, valid, best, (block + b) * V);
        byRow(s, b * V, by * V, valid, token, k, apart, block + b);
      }
    }
  }

  /** All rows of an item with one vector of query rows, by halves. */
  private void inOrder(
      MemorySegment x, long at, int n, int block, float[] best, float[] token, float[] s) {
    int rows = VectorScanTiles.rows(n, 1);
    long step = 2L * d;
    long last = at + (n - 1) * step; // a tile that hangs over repeats the last row
    for (int k = 0; k < n; k += rows) {
      int valid = Math.min(rows, n - k);
      long ahead = at + Math.min(k + rows, n - rows) * step;
      HalfScanTiles.products(x, at + k * step, last, ahead, rows, lanes, block * d * V, d, s);
      reduce(s, 0, V, valid, best, block * V);
      byRow(s, 0, V, valid, token, k, 1, block);
    }
  }

  /** Maxima over a block of the query's rows, of rows from k that are so far apart. */
  private void byRow(
      float[] s, int sAt, int step, int rows, float[] token, int k, int apart, int block) {
    if (token.length > 0) {
      int some = Math.min(V, m - block * V);
      for (int r = 0; r < rows; r++) {
        int row = k + r * apart;
        token[row] = Math.max(token[row], most(s, sAt + r * step, some));
      }
    }
  }

  private static void reduce(float[] s, int sAt, int step, int rows, float[] best, int bestAt) {
    FloatVector most = FloatVector.fromArray(S, best, bestAt);
    for (int r = 0; r < rows; r++) {
      most = most.max(FloatVector.fromArray(S, s, sAt + r * step));
    }
    most.intoArray(best, bestAt);
  }

  /** Over lanes that stand for a query row. */
  private static float most(float[] s, int at, int lanes) {
    float most = s[at];
    for (int lane = 1; lane < lanes; lane++) {
      most = Math.max(most, s[at + lane]);
    }
    return most;
  }
}
