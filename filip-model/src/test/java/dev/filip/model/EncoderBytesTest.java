package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.tokens.Encoded;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that a device is sent as bytes, by the same code on the CPU. */
class EncoderBytesTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void giveTheBitsOfTheirNumbers(int count) {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    int side = config.vision().imageSize();
    int plane = side * side;
    Random random = new Random(4);
    byte[] bytes = new byte[count * plane * 3];
    random.nextBytes(bytes);
    float[] values = new float[3 * 256];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    float[] numbers = new float[bytes.length];
    for (int k = 0; k < bytes.length; k++) {
      int image = k / (3 * plane);
      int c = k % 3;
      int at = k / 3 % plane;
      numbers[(image * 3 + c) * plane + at] = values[256 * c + (bytes[k] & 0xFF)];
    }
    try (FilipModel model = FilipModel.create(config, 3)) {
      Encoder encoder = new Encoder(model, 3);
      assertThat(encoder.takesBytes()).isFalse();
      Encoded expected = encoder.images(numbers, count);
      Encoded found =
          encoder.images(
              count,
              (image, to, at) ->
                  MemorySegment.copy(
                      bytes, image * 3 * plane, to, ValueLayout.JAVA_BYTE, at, 3 * plane),
              values);
      assertThat(found.size()).isEqualTo(count);
      for (int i = 0; i < count; i++) {
        float[] one = new float[found.tokens().length(i) * found.tokens().d()];
        float[] other = one.clone();
        found.tokens().copy(i, 0, found.tokens().length(i), one, 0);
        expected.tokens().copy(i, 0, expected.tokens().length(i), other, 0);
        assertThat(Arrays.equals(one, other)).isTrue();
        assertThat(found.globals().floats(i)).containsExactly(expected.globals().floats(i));
      }
    }
  }
}
