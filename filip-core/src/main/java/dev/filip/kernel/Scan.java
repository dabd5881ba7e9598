package dev.filip.kernel;

import java.lang.foreign.MemorySegment;

/** The inner loop of {@link LateScan}, in the form a machine runs best. Safe for any thread. */
sealed interface Scan permits ScalarScan, VectorScan {
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
}
