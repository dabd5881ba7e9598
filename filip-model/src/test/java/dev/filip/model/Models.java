package dev.filip.model;

import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.bytedeco.pytorch.Tensor;

/** Small models and inputs for tests. */
public final class Models {
  private Models() {}

  /** 2 + 2 blocks of width 12, 3 heads; 3 x 3 patches of 4 pixels; d = 5. */
  public static ModelConfig tiny(Activation activation) {
    return new ModelConfig(
        new VisionConfig(12, 4, 12, 2, 3),
        new TextConfig(8, 2, 2, 9, 23),
        5,
        activation,
        Interaction.LATE,
        false,
        TextBehaviour.TRANSFORMERS,
        PixelBehaviour.TRANSFORMERS);
  }

  /** A SigLIP image tower (3 x 3 patches of 4 pixels, 2 left over) with the same text tower. */
  public static ModelConfig siglip() {
    ModelConfig tiny = tiny(Activation.QUICK_GELU);
    return tiny.with(
        new VisionConfig(
            VisionKind.SIGLIP,
            14,
            4,
            12,
            2,
            3,
            new BlockForm(17, Activation.GELU_PYTORCH_TANH, 1e-6)),
        tiny.text());
  }

  /** The preset for small machines. */
  public static ModelConfig small84() {
    return new ModelConfig(
        new VisionConfig(84, 14, 64, 3, 2),
        new TextConfig(64, 2, 2, 32, 2000),
        64,
        Activation.QUICK_GELU,
        Interaction.LATE,
        false,
        TextBehaviour.TRANSFORMERS,
        PixelBehaviour.TRANSFORMERS);
  }

  public static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Normal pixels {@code [count,3,size,size]}. */
  public static float[] pixels(ModelConfig config, int count, long seed) {
    int size = config.vision().imageSize();
    RandomGenerator random = random(seed);
    float[] values = new float[count * 3 * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The same as a tensor of the current scope. */
  public static Tensor pixelTensor(ModelConfig config, int count, long seed) {
    int size = config.vision().imageSize();
    return Tensors.fromFloats(pixels(config, count, seed), count, 3, size, size);
  }

  /** Random texts of lengths 2 to the context; padding is garbage. */
  public static TokenBatch texts(ModelConfig config, int count, long seed) {
    RandomGenerator random = random(seed);
    int context = config.text().context();
    int[] ids = random.ints((long) count * context, 0, config.text().vocabularySize()).toArray();
    int[] length = random.ints(count, 2, context + 1).toArray();
    return new TokenBatch(count, context, ids, length);
  }
}
