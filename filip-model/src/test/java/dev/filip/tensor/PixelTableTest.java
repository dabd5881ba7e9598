package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes looked up on a device against the table itself. */
class PixelTableTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private static float[] values() {
    Random random = new Random(3);
    float[] values = new float[768];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Each byte once in each channel, and sizes beyond what is looked up at a time. */
  @ParameterizedTest
  @CsvSource({"1, 16, 16", "3, 1, 7", "5, 9, 2", "3, 1500, 1400"})
  void everyNumberIsTheTables(int count, int height, int width) {
    float[] values = values();
    byte[] bytes = new byte[count * height * width * 3];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i / 3 + 5 * (i % 3));
    }
    try (PixelTable table = new PixelTable(values, Compute.FP32);
        CopyQueue queue = new CopyQueue(ComputeDevice.CPU);
        var _ = new StepScope()) {
      Tensor host = queue.memory(ScalarType.Byte, count, height, width, 3);
      Tensors.bytes(host).asByteBuffer().put(bytes);
      try (CopyQueue.Sent sent = queue.send(host)) {
        Tensor images = table.images(sent.arrived());
        assertThat(Tensors.shape(images)).containsExactly(count, 3, height, width);
        float[] found = Tensors.toFloats(images);
        int plane = height * width;
        for (int i = 0; i < count; i++) {
          for (int c = 0; c < 3; c++) {
            for (int p = 0; p < plane; p++) {
              int v = bytes[(i * plane + p) * 3 + c] & 0xFF;
              if (found[(i * 3 + c) * plane + p] != values[256 * c + v]) {
                assertThat(found[(i * 3 + c) * plane + p])
                    .as("image %d channel %d pixel %d", i, c, p)
                    .isEqualTo(values[256 * c + v]);
              }
            }
          }
        }
      }
    }
  }

  /** What a product of bf16 would make of fp32 pixels. */
  @Test
  void sixteenBitsAreRoundedOnce() {
    float[] values = values();
    try (PixelTable table = new PixelTable(values, new Compute(Precision.BF16, ComputeDevice.CPU));
        var _ = new StepScope()) {
      byte[] all = new byte[256 * 3];
      for (int i = 0; i < all.length; i++) {
        all[i] = (byte) (i / 3);
      }
      Tensor host = Tensors.empty(ScalarType.Byte, 1, 16, 16, 3);
      Tensors.bytes(host).asByteBuffer().put(all);
      Tensor images = table.images(host);
      assertThat(images.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
      Tensor rounded =
          Tensors.fromFloats(values, values.length).to(ScalarType.BFloat16).to(ScalarType.Float);
      assertThat(Tensors.toFloats(images)).isEqualTo(Tensors.toFloats(rounded));
    }
  }

  @Test
  void otherTablesAndOtherShapesAreRefused() {
    assertThatThrownBy(() -> new PixelTable(new float[256], Compute.FP32))
        .hasMessage("3 x 256 values are needed, got 256");
    try (PixelTable table = new PixelTable(values(), Compute.FP32);
        var _ = new StepScope()) {
      Tensor planes = Tensors.empty(ScalarType.Byte, 2, 3, 4, 4);
      assertThatThrownBy(() -> table.images(planes)).hasMessageContaining("images of bytes");
    }
  }
}
