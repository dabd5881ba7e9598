package dev.filip.loss;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.ComputeDevice;
import org.bytedeco.pytorch.Tensor;

/** A loss whose own form takes the log-scale as a tensor on its device. */
interface DeviceLoss extends ContrastiveLoss {
  /** Where it computes. */
  ComputeDevice device();

  @Override
  default LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    Tensor there = Inputs.number(logScale, device());
    return Inputs.read(compute(images, texts, positives, there), device());
  }

  @Override
  LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale);
}
