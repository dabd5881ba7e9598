package dev.filip.train;

import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.data.TrainBatch;
import dev.filip.text.TokenBatch;
import java.util.Random;

/** Eight pairs of 8-pixel noise and three-word texts, and a model small enough for them. */
final class TinyPairs {
  static final int COUNT = 8;
  private static final int CONTEXT = 6;
  private static final int WORDS = 12;

  private TinyPairs() {}

  static ModelConfig model(Interaction interaction) {
    return new ModelConfig(
        new VisionConfig(8, 4, 16, 2, 2),
        new TextConfig(16, 1, 2, CONTEXT, WORDS),
        8,
        Activation.QUICK_GELU,
        interaction,
        false,
        TextBehaviour.TRANSFORMERS,
        PixelBehaviour.TRANSFORMERS);
  }

  static TrainBatch batch() {
    return batch(COUNT);
  }

  /** So many pairs; from the ninth on only images differ from all before. */
  static TrainBatch batch(int pairs) {
    Random random = new Random(1);
    float[] pixels = new float[pairs * 3 * 8 * 8];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return TrainBatch.of(new FloatPixels(pixels, pairs), texts(pairs));
  }

  private static TokenBatch texts(int pairs) {
    int[] ids = new int[pairs * CONTEXT];
    int[] length = new int[pairs];
    for (int i = 0; i < pairs; i++) {
      length[i] = 4 + i % 2;
      ids[i * CONTEXT] = 10;
      ids[i * CONTEXT + 1] = i % 8;
      ids[i * CONTEXT + 2] = (i * 3 + i / 8 + 1) % 8;
      ids[i * CONTEXT + 3] = 9;
      ids[i * CONTEXT + length[i] - 1] = 11;
    }
    return new TokenBatch(pairs, CONTEXT, ids, length);
  }
}
