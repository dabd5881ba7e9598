package dev.filip.bench;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.Tensors;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;

/**
 * Features of b pairs as towers would give them: unit rows, texts of half to full length. The
 * caller's scope owns the tensors.
 */
record LossData(ImageFeatures images, TextFeatures texts) {
  /** The scale training starts with. */
  static final double LOG_SCALE = Math.log(1 / 0.07);

  static LossData random(int b, int n, int m, int d) {
    Random random = new Random(b);
    Tensor images = unit(random, b, n, d);
    Tensor texts = unit(random, b, m, d);
    int[] length = random.ints(b, Math.max(1, m / 2), m + 1).toArray();
    return new LossData(
        new ImageFeatures(images, images.select(1, 0).contiguous()),
        new TextFeatures(texts, texts.select(1, 0).contiguous(), length));
  }

  private static Tensor unit(Random random, int b, int tokens, int d) {
    float[] x = new float[b * tokens * d];
    for (int row = 0; row < x.length; row += d) {
      double norm = 0;
      for (int c = row; c < row + d; c++) {
        x[c] = (float) random.nextGaussian();
        norm += x[c] * x[c];
      }
      for (int c = row; c < row + d; c++) {
        x[c] /= (float) Math.sqrt(norm);
      }
    }
    return Tensors.fromFloats(x, b, tokens, d);
  }
}
