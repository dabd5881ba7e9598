package dev.filip.loss;

import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PairScores;
import dev.filip.kernel.TokenRows;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * FILIP's loss (Yao et al. 2022, section 3.1), exact, without the {@code [b,b,n,m]} block: maxima
 * of both directions are taken tile by tile, and the gradient passes through the winning pairs of
 * tokens only. Memory grows with b x b x (n + m) bytes. Equal to {@link DenseLoss}; bit-equal for
 * any number of threads. Owns threads and scratch memory until closed; one call at a time.
 */
public final class LateLoss implements ContrastiveLoss {
  private final LateKernel kernel;
  private final double smoothing;
  private final FeaturePrecision precision;

  /**
   * @param labelSmoothing share of the target spread over the batch, in [0, 1)
   * @param precision what features are rounded to before they are multiplied
   */
  public LateLoss(double labelSmoothing, FeaturePrecision precision, int threads) {
    this.kernel = new LateKernel(threads);
    this.smoothing = labelSmoothing;
    this.precision = precision;
  }

  @Override
  public LossGradient compute(ImageFeatures images, TextFeatures texts, double logScale) {
    int b = Features.lateBatch(images, texts);
    try (Rounded image = precision.round(images.tokens());
        Rounded text = precision.round(texts.tokens())) {
      TokenRows x = rows(image.tensor(), full(b, images.tokens().size(1)));
      TokenRows y = rows(text.tensor(), texts.length());
      requireFinite(x, "image tokens");
      requireFinite(y, "text tokens");
      PairScores scores = kernel.match(x, y);
      CrossEntropies entropies = CrossEntropies.of(scores, logScale, smoothing);
      Tensor dImage = torch.zeros(shape(images.tokens()), new TensorOptions(ScalarType.Float));
      Tensor dText = torch.zeros(shape(texts.tokens()), new TensorOptions(ScalarType.Float));
      kernel.gradient(
          x, y, entropies.dsImage(), entropies.dsText(), Segments.of(dImage), Segments.of(dText));
      return result(entropies, dImage, dText, health(x, y));
    }
  }

  private static LossGradient result(
      CrossEntropies e, Tensor dImage, Tensor dText, WordHealth health) {
    return new LossGradient(
        e.value(),
        dImage,
        dText,
        null,
        null,
        e.dLogScale(),
        e.accuracyImage(),
        e.accuracyText(),
        health.sameWordShare(),
        health.entropy());
  }

  private WordHealth health(TokenRows images, TokenRows texts) {
    long[] chosen = new long[texts.longest()];
    for (int i = 0; i < images.size(); i++) {
      for (int word : kernel.words(i, i, images.length()[i])) {
        chosen[word]++;
      }
    }
    return WordHealth.of(chosen);
  }

  private void requireFinite(TokenRows rows, String what) {
    if (!kernel.finite(rows)) {
      throw new NonFiniteLoss(what, Double.NaN);
    }
  }

  private static TokenRows rows(Tensor tokens, int[] length) {
    return TokenRows.padded(
        Segments.of(tokens), (int) tokens.size(1), (int) tokens.size(2), length);
  }

  private static int[] full(int b, long n) {
    int[] length = new int[b];
    java.util.Arrays.fill(length, Math.toIntExact(n));
    return length;
  }

  private static long[] shape(Tensor t) {
    return new long[] {t.size(0), t.size(1), t.size(2)};
  }

  @Override
  public void close() {
    kernel.close();
  }
}
