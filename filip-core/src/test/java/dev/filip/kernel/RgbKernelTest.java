package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbKernelTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 15, 16, 17, 20, 21, 22, 43, 64, 1000, 4097})
  void bothFormsPackEachPixel(int count) {
    byte[] rgb = new byte[count * 3];
    new SplittableRandom(2).nextBytes(rgb);
    int[] wanted = new int[count];
    for (int i = 0; i < count; i++) {
      wanted[i] =
          (rgb[3 * i] & 0xFF) << 24
              | (rgb[3 * i + 1] & 0xFF) << 16
              | (rgb[3 * i + 2] & 0xFF) << 8
              | 0xFF;
    }
    int[] plain = new int[count];
    RgbKernel.plain(MemorySegment.ofArray(rgb), plain);
    assertThat(plain).isEqualTo(wanted);
    int[] vector = new int[count];
    RgbKernel.vector(MemorySegment.ofArray(rgb), vector);
    assertThat(vector).isEqualTo(wanted);
  }
}
