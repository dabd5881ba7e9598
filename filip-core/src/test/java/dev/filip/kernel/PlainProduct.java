package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The oracle of {@link Bf16Product}: three loops. */
enum PlainProduct implements Bf16Product {
  INSTANCE;

  @Override
  public void multiply(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, int m, int n, int k) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          sum +=
              get(a, aAt / 2 + (long) i * k + l)
                  * get(b, bAt / 2 + ((long) (l / 2) * n + j) * 2 + l % 2);
        }
        c.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * n + j, sum);
      }
    }
  }

  private static float get(MemorySegment from, long at) {
    return Float.intBitsToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16);
  }
}
