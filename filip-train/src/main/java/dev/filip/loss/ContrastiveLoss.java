package dev.filip.loss;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;

/**
 * A pure function on detached features with its own gradient; the caller owns the tensors of the
 * result.
 */
public interface ContrastiveLoss {
  /**
   * @param images detached, contiguous fp32 CPU tensors
   * @param texts the matching texts: pair i is image i with text i
   * @param logScale the natural log of the scale that multiplies similarities; never clamped here
   */
  LossGradient compute(ImageFeatures images, TextFeatures texts, double logScale);
}
