package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rounding of finite floats to bf16, their upper halves. */
final class Bf16 {
  private Bf16() {}

  /** Bits of the nearest bf16 as a float's, of two equally near the even one. */
  static int rounded(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000;
  }

  /** The nearest bf16. */
  static short of(float value) {
    return (short) (rounded(value) >>> 16);
  }

  /** Numbers of a packed row of d: products take two at a time, an odd one gets a 0. */
  static int even(int d) {
    return d + d % 2;
  }

  /** Item i of rows, {@code [tokens,d]}, from a byte on; a row of odd width gets a 0. */
  static void put(TokenRows rows, int i, MemorySegment to, long at) {
    int d = rows.d();
    int even = even(d);
    float[] row = new float[even];
    short[] half = new short[even];
    for (int k = 0; k < rows.length()[i]; k++, at += (long) even * Short.BYTES) {
      rows.copy(i, k, 1, row, 0);
      for (int c = 0; c < even; c++) {
        half[c] = of(row[c]);
      }
      MemorySegment.copy(half, 0, to, ValueLayout.JAVA_SHORT, at, even);
    }
  }
}
