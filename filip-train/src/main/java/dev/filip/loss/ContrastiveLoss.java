package dev.filip.loss;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import org.bytedeco.pytorch.Tensor;

/**
 * A pure function on detached features with its own gradient; the caller owns the tensors of the
 * result: they belong to the caller's open pointer scope, or to the caller alone if there is none.
 * Holds at most scratch memory and worker threads, freed by {@link #close()}; one call at a time.
 */
public interface ContrastiveLoss extends AutoCloseable {
  /**
   * Loss, gradients and health signs of b pairs.
   *
   * @param images detached, contiguous fp32 tensors, where the loss computes
   * @param texts the matching texts: pair i is image i with text i
   * @param positives pairs that show one image, whose texts are right for all of them
   * @param logScale the natural log of the scale that multiplies similarities; never clamped here
   * @throws NonFiniteLoss where a feature, the scale or the loss is NaN or infinite
   */
  LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale);

  /**
   * The same, the log-scale a tensor of one number: a loss on a device reads neither it nor its own
   * numbers, and tells of what is not finite when they are asked for.
   */
  default LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale) {
    return compute(images, texts, positives, logScale.item_double());
  }

  /** The same where each text is right for its own image only. */
  default LossGradient compute(ImageFeatures images, TextFeatures texts, double logScale) {
    return compute(images, texts, Positives.OWN, logScale);
  }

  /** Frees scratch memory; the default has none. */
  @Override
  default void close() {}
}
