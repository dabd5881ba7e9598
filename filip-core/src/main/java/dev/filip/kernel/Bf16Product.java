package dev.filip.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A machine's own product of matrices of bf16, summed in fp32, for small blocks that stay in cache.
 * Thread-safe; runs on the calling thread.
 */
public interface Bf16Product {
  /**
   * {@code c = a b}, native memory.
   *
   * @param a {@code [m,k]} bf16, row by row, from byte {@code aAt} on
   * @param b {@code [k,n]} bf16, two rows interleaved, {@code [k/2][n][2]}, from byte {@code bAt}
   *     on
   * @param c {@code [m,n]} fp32, overwritten
   * @param k even
   */
  void multiply(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, int m, int n, int k);
}
