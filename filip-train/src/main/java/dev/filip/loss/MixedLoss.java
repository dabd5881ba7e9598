package dev.filip.loss;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Weighted sum of the late and the global loss under one log-scale. Accuracy and health signs are
 * the late loss's: such a model compares late.
 */
public final class MixedLoss implements ContrastiveLoss {
  private final double lateWeight;
  private final double globalWeight;
  private final ContrastiveLoss late;
  private final ContrastiveLoss global;

  /** Takes both losses over and closes them. */
  public MixedLoss(
      double lateWeight, ContrastiveLoss late, double globalWeight, ContrastiveLoss global) {
    this.lateWeight = lateWeight;
    this.globalWeight = globalWeight;
    this.late = late;
    this.global = global;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    return sum(
        late.compute(images, texts, positives, logScale),
        global.compute(images, texts, positives, logScale));
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale) {
    return sum(
        late.compute(images, texts, positives, logScale),
        global.compute(images, texts, positives, logScale));
  }

  private LossGradient sum(LossGradient l, LossGradient g) {
    return new LossGradient(
        LossNumbers.mixed(lateWeight, l.numbers(), globalWeight, g.numbers()),
        scaled(l.dImageTokens(), lateWeight),
        scaled(l.dTextTokens(), lateWeight),
        scaled(g.dImageEmbeds(), globalWeight),
        scaled(g.dTextEmbeds(), globalWeight));
  }

  private static @Nullable Tensor scaled(@Nullable Tensor gradient, double weight) {
    if (gradient != null) {
      try (Scalar w = new Scalar(weight)) {
        gradient.mul_(w);
      }
    }
    return gradient;
  }

  @Override
  public void close() {
    try (late) {
      global.close();
    }
  }
}
