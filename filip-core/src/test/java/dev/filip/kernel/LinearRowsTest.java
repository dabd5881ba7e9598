package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearRowsTest {
  private final LinearRows oracle = new LinearRows.Plain();

  /** Sizes that no tile divides, among them one row, one output and less than one vector. */
  @ParameterizedTest
  @CsvSource({"1,1,1", "1,5,3", "2,16,2", "3,17,7", "4,64,8", "5,33,1", "8,96,9", "77,130,31"})
  void equalToPlainLoops(int m, int k, int n) {
    Random random = new Random(m * 31L + k);
    float[] x = floats(random, m * k);
    float[] w = floats(random, n * k);
    float[] bias = floats(random, n);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment at = arena.allocate(4L * n * k + 8).asSlice(8);
      MemorySegment.copy(w, 0, at, LinearRows.FLOATS, 0, w.length);
      check(x, m, k, at, bias, n);
      check(x, m, k, MemorySegment.ofArray(w), null, n);
    }
  }

  /** Interpreted, half compiled, compiled: a text's vectors are the same while a process runs. */
  @Test
  void theBitsStayWhileItIsCompiled() {
    Random random = new Random(4);
    float[] x = floats(random, 5 * 64);
    MemorySegment w = MemorySegment.ofArray(floats(random, 33 * 64));
    float[] first = new float[5 * 33];
    LinearRows.active().multiply(x, 5, 64, w, null, 0, 33, first, 33);
    for (int turn = 0; turn < 3000; turn++) {
      float[] again = new float[first.length];
      LinearRows.active().multiply(x, 5, 64, w, null, 0, 33, again, 33);
      assertThat(again).as("turn %s", turn).isEqualTo(first);
    }
  }

  private void check(float[] x, int m, int k, MemorySegment w, float @Nullable [] bias, int n) {
    float[] expected = new float[m * n];
    oracle.multiply(x, m, k, w, bias, 0, n, expected, n);
    float[] found = new float[m * n];
    int half = n / 2;
    LinearRows.active().multiply(x, m, k, w, bias, 0, half, found, n);
    LinearRows.active().multiply(x, m, k, w, bias, half, n, found, n);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(2e-5 * Math.sqrt(k)));
    }
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
