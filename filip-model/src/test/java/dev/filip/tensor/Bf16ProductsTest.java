package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bf16ProductsTest {
  private static CpuFeatures cpu(String... flags) {
    return new CpuFeatures("some CPU", Set.of(flags));
  }

  @Test
  void onlyWhereTheProcessorAndTheUserAllowIt() {
    assertThat(Bf16Products.supported(cpu("avx512f", "avx512_bf16"), null)).isTrue();
    assertThat(Bf16Products.supported(cpu("avx2"), null)).isFalse();
    assertThat(Bf16Products.supported(cpu("avx512_bf16", "amx_bf16"), null)).isFalse();
    assertThat(Bf16Products.supported(cpu("avx512_bf16"), "AVX2")).isFalse();
  }

  @Test
  void aWrongAnswerIsSeen() {
    assertThat(Bf16Products.right((a, aAt, b, bAt, c, m, n, k) -> {})).isFalse();
    assertThat(Bf16Products.right(Bf16ProductsTest::plain)).isTrue();
  }

  @Test
  void isThereWhereTheMachineHasIt() {
    assertThat(Bf16Products.here().isPresent())
        .isEqualTo(
            Bf16Products.supported(CpuFeatures.here(), System.getenv("ONEDNN_MAX_CPU_ISA"))
                && System.getProperty("os.name").equals("Linux"));
  }

  @ParameterizedTest
  @CsvSource({"1,16,2", "49,256,256", "7,32,6", "128,512,100", "36,224,64"})
  void equalsPlainLoops(int m, int n, int k) {
    assumeThat(Bf16Products.here()).isPresent();
    SplittableRandom random = new SplittableRandom(1);
    try (Arena arena = Arena.ofConfined()) {
      int before = 64; // it reads from where it is told
      MemorySegment a = random(arena, before + 2L * m * k, random);
      MemorySegment b = random(arena, before + 2L * k * n, random);
      MemorySegment found = arena.allocate(4L * m * n, 64);
      MemorySegment expected = arena.allocate(4L * m * n, 64);
      Bf16Products.here().orElseThrow().multiply(a, before, b, before, found, m, n, k);
      plain(a, before, b, before, expected, m, n, k);
      for (long i = 0; i < (long) m * n; i++) {
        float value = expected.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        assertThat(found.getAtIndex(ValueLayout.JAVA_FLOAT, i))
            .isCloseTo(value, within(1e-6f * (float) Math.sqrt(k)));
      }
    }
  }

  /** Bytes as bf16 of about 1. */
  private static MemorySegment random(Arena arena, long bytes, SplittableRandom random) {
    MemorySegment to = arena.allocate(bytes, 64);
    for (long i = 0; i < bytes / 2; i++) {
      int bits = Float.floatToRawIntBits((float) (random.nextGaussian() / 4));
      to.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >>> 16));
    }
    return to;
  }

  private static void plain(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, int m, int n, int k) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int l = 0; l < k; l++) {
          sum +=
              (double) get(a, aAt / 2 + (long) i * k + l)
                  * get(b, bAt / 2 + ((long) (l / 2) * n + j) * 2 + l % 2);
        }
        c.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * n + j, (float) sum);
      }
    }
  }

  private static float get(MemorySegment from, long at) {
    return Float.intBitsToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16);
  }
}
