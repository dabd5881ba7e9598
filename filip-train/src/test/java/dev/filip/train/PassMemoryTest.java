package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.data.TrainBatch;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is alive between a forward pass and its backward pass. */
class PassMemoryTest {
  private static final int ROWS = 64;
  private static final int SIDE = 160;
  private static final int WIDTH = 256;

  /** Wide enough that patches are products of rows, which are a copy of the pixels. */
  private static FilipModel model() {
    return FilipModel.create(
        new ModelConfig(
            new VisionConfig(SIDE, 32, WIDTH, 1, 4),
            new TextConfig(32, 1, 2, 16, 40),
            32,
            Activation.QUICK_GELU,
            Interaction.LATE,
            false,
            TextBehaviour.TRANSFORMERS,
            PixelBehaviour.TRANSFORMERS),
        1);
  }

  private static TrainBatch batch() {
    int[] length = new int[ROWS];
    Arrays.fill(length, 16);
    float[] pixels = new float[ROWS * 3 * SIDE * SIDE];
    Arrays.fill(pixels, 0.5f);
    return TrainBatch.of(
        new FloatPixels(pixels, ROWS), new TokenBatch(ROWS, 16, new int[ROWS * 16], length));
  }

  /**
   * The graph holds the rows that patches were cut into and the blocks' activations; the pixels,
   * and what else a pass made on its way, are gone when it ends.
   */
  @Test
  void theGraphAloneIsHeld() {
    Assumptions.assumeTrue(LiveBytes.areKnown(), "live bytes are glibc's mallinfo2");
    try (FilipModel model = model()) {
      TrainBatch batch = batch();
      long pixels = 4L * ROWS * 3 * SIDE * SIDE;
      long[] holding = new long[9];
      long[] making = new long[9];
      for (int i = 0; i < holding.length; i++) {
        holding[i] = held(model, batch);
        making[i] = all(model, batch);
      }
      long held = median(holding);
      long all = median(making);
      assertThat(all - held).as("all %d, held %d", all, held).isGreaterThan(pixels * 7 / 10);
      // rows of pixels, the residual stream and what the block's norms, products and softmax keep
      long tokens = 4L * ROWS * (model.config().imageTokens() + 1) * WIDTH;
      assertThat(held).isLessThan(pixels + 26 * tokens + (8 << 20));
    }
  }

  /** The C library gives memory to the JVM too, and takes it back, now and then. */
  private static long median(long[] bytes) {
    Arrays.sort(bytes);
    return bytes[bytes.length / 2];
  }

  /** Bytes that a forward pass of the trainer leaves. */
  private static long held(FilipModel model, TrainBatch batch) {
    long before = LiveBytes.now();
    try (var _ = new StepScope()) {
      Encoded.of(model, batch, new Encoded.Rows(0, ROWS), 1);
      return LiveBytes.now() - before;
    }
  }

  /** Bytes with all that it made. */
  private static long all(FilipModel model, TrainBatch batch) {
    long before = LiveBytes.now();
    try (var _ = new StepScope()) {
      Tensor pixels = Tensors.fromFloats(batch.pixels().toFloats(), ROWS, 3, SIDE, SIDE);
      ImageFeatures images = model.images(pixels);
      TextFeatures texts = model.texts(batch.tokens());
      long after = LiveBytes.now();
      assertThat(images.tokens().size(0)).isEqualTo(texts.tokens().size(0));
      return after - before;
    }
  }
}
