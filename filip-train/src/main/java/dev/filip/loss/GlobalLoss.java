package dev.filip.loss;

import dev.filip.kernel.PairScores;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.StepScope;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * CLIP's loss on [CLS] and [EOS] embeddings {@code [b,d]}, with its own gradient: three matrix
 * products and both softmaxes in fp64. Holds nothing between calls.
 */
public final class GlobalLoss implements ContrastiveLoss {
  private final double smoothing;
  private final FeaturePrecision precision;

  /** As {@link LateLoss}'s, without threads: libtorch's own do the products. */
  public GlobalLoss(double labelSmoothing, FeaturePrecision precision) {
    this.smoothing = labelSmoothing;
    this.precision = precision;
  }

  @Override
  public LossGradient compute(ImageFeatures images, TextFeatures texts, double logScale) {
    int b = Features.globalBatch(images, texts);
    try (StepScope scope = new StepScope()) {
      Tensor x = precision.round(images.embeds()).tensor();
      Tensor y = precision.round(texts.embeds()).tensor();
      float[] cosine = floats(x.matmul(y.t()), b);
      CrossEntropies e =
          CrossEntropies.of(new PairScores(b, b, cosine, cosine), logScale, smoothing);
      float[] ds = e.dsImage();
      for (int i = 0; i < ds.length; i++) {
        ds[i] += e.dsText()[i];
      }
      Tensor g = torch.zeros(new long[] {b, b}, new TensorOptions(ScalarType.Float));
      new FloatPointer(g.data_ptr()).put(ds);
      return new LossGradient(
          e.value(),
          null,
          null,
          out(g.matmul(y), scope),
          out(g.t().matmul(x), scope),
          e.dLogScale(),
          e.accuracyImage(),
          e.accuracyText(),
          Double.NaN,
          Double.NaN);
    }
  }

  private static float[] floats(Tensor cosine, int b) {
    Tensor c = cosine.contiguous();
    float[] values = new float[Math.multiplyExact(b, b)];
    new FloatPointer(c.data_ptr()).get(values);
    for (float v : values) {
      NonFiniteLoss.require(v, "embeddings");
    }
    return values;
  }

  private static Tensor out(Tensor gradient, StepScope scope) {
    return scope.up(gradient);
  }
}
