package dev.filip.kernel;

import dev.filip.tokens.Bf16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The inner loop of {@link LateScan}, in the form a machine runs best. Products are sums of fused
 * multiply-adds in one order, whatever the form: within {@link #CHUNK} dimensions the even ones
 * come before the odd ones ({@link #place}); with a query of more rows than {@link #SHORT} one
 * after another, with a shorter one in sixteen partial sums, number p of dimensions 32 k + 2 p and
 * 32 k + 2 p + 1, which are added eight apart, then four, two and one apart. So all forms give the
 * same bits, on vectors of any width. Safe for any thread.
 */
sealed interface Scan permits ScalarScan, VectorScan, VectorShortScan {
  /** Most rows of a short query. */
  int SHORT = 8;

  /** Partial sums of a product with a short query. */
  int PARTIAL = 16;

  /** Dimensions of a chunk. */
  int CHUNK = 2 * PARTIAL;

  /** Unaligned, as rows lie in a file. */
  ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Floats that {@code best} must hold: the query's rows, rounded up. */
  int room();

  /** Floats of scratch. */
  int scratch();

  /**
   * The maxima of one item: {@code best[r]} over its rows for each row r of the query, {@code
   * token[k]} over the query's rows for each row k of the item unless {@code token} is empty.
   *
   * @param rows bf16
   * @param at byte of the item's first row
   * @param n rows of the item
   */
  void maxima(MemorySegment rows, long at, int n, float[] best, float[] token, float[] scratch);

  /** Where dimension c of d lies: those behind the last whole chunk keep their order. */
  static int place(int c, int d) {
    int in = c % CHUNK;
    return c >= d - d % CHUNK ? c : c - in + (in & 1) * PARTIAL + (in >> 1);
  }

  /** The number at a byte. */
  static float value(MemorySegment rows, long at) {
    return Bf16.value(rows.get(BF16, at));
  }
}
