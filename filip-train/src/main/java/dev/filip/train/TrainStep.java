package dev.filip.train;

import dev.filip.data.TrainBatch;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.LossGradient;
import dev.filip.loss.Positives;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Norms;
import dev.filip.optim.Optimizer;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.StepScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One update: features with autograd, the loss and its own gradient on detached features, one
 * backward sweep from there, summed over ranks, clipping, the optimizer, the clamp of the
 * log-scale. Everything native lives in one scope. Not thread-safe; borrows all it is given.
 */
final class TrainStep {
  /**
   * What bounds an update.
   *
   * @param gradientNorm most norm of all gradients, 0 for none
   * @param logitScale most that similarities are multiplied by (CLIP: 100)
   */
  record Bounds(double gradientNorm, double logitScale) {}

  private static final String LOG_SCALE = "logit_scale";

  private final Towers towers;
  private final FlatParameters parameters;
  private final Optimizer optimizer;
  private final Bounds bounds;
  private final @Nullable LossScale scaling;
  private final FlatParameters.Slot logScale;

  /**
   * @param scaling of the loss for fp16, or null
   */
  TrainStep(
      Towers towers,
      FlatParameters parameters,
      Optimizer optimizer,
      Bounds bounds,
      @Nullable LossScale scaling) {
    this.towers = towers;
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.bounds = bounds;
    this.scaling = scaling;
    this.logScale =
        parameters.slots().stream()
            .filter(slot -> slot.name().equals(LOG_SCALE))
            .findFirst()
            .orElseThrow();
  }

  /**
   * What a step did. Norms are NaN where they were not asked for.
   *
   * @param logScale after the clamp
   * @param skipped the gradients overflowed in fp16: the weights stayed, the loss scale was halved
   */
  record Outcome(
      LossGradient loss,
      double logScale,
      double gradientNorm,
      double parameterNorm,
      double updateNorm,
      boolean skipped) {
    /** Whether the numbers are known: those of a loss on a device are where norms were wanted. */
    boolean known() {
      return loss.numbers().known();
    }

    /** Whether the run can go on, as far as is known. */
    boolean finite() {
      return !known() || Double.isFinite(loss.loss()) && (skipped || Double.isFinite(gradientNorm));
    }
  }

  /**
   * Runs it; where loss or gradient is not finite the weights stay as they were. Of a loss on a
   * device nothing is read unless norms are wanted or fp16's loss scale is: weights that went bad
   * then show in their norm.
   *
   * @param positives right answers of the batch
   * @param norms whether the parameters' and the update's norms are wanted
   * @param meanwhile done when the backward pass was sent off and a device still computes it; laps
   *     the clock itself
   */
  Outcome run(
      TrainBatch batch,
      ContrastiveLoss loss,
      Positives positives,
      double lr,
      boolean norms,
      Stage.Clock clock,
      Runnable meanwhile) {
    try (var _ = new StepScope()) {
      parameters.zeroGradients();
      Encoded.Whole features = towers.forward(batch);
      clock.lap(Stage.TOWERS);
      LossGradient found = loss(loss, features, positives, norms || scaling != null);
      clock.lap(Stage.LOSS);
      if (found.numbers().known() && !Double.isFinite(found.loss())) {
        towers.drop();
        return new Outcome(found, logScale(), Double.NaN, Double.NaN, Double.NaN, false);
      }
      backward(found);
      clock.lap(Stage.BACKWARD);
      meanwhile.run();
      Outcome outcome = found.numbers().known() ? update(found, lr, norms) : unread(found, lr);
      clock.lap(Stage.OPTIMIZER);
      return outcome;
    }
  }

  private void backward(LossGradient found) {
    double scale = scaling == null ? 1 : scaling.scale();
    towers.backward(found, scale);
    if (scale != 1) {
      parameters.gradients().mul_(new Scalar(1 / scale));
    }
    found.numbers().writeDLogScale(FlatParameters.part(parameters.gradients(), logScale));
  }

  private LossGradient loss(
      ContrastiveLoss loss, Encoded.Whole features, Positives positives, boolean read) {
    try {
      Tensor scale = FlatParameters.part(parameters.values(), logScale);
      LossGradient found = loss.compute(features.images(), features.texts(), positives, scale);
      if (read) {
        found.loss();
      }
      return found;
    } catch (RuntimeException e) {
      towers.drop();
      throw e;
    }
  }

  private double logScale() {
    return FlatParameters.part(parameters.values(), logScale).item_float();
  }

  /** Without a number read: gradients that are not finite make weights that are not. */
  private Outcome unread(LossGradient found, double lr) {
    if (bounds.gradientNorm() > 0) {
      parameters.clipGradientsUnread(bounds.gradientNorm());
    }
    optimizer.step(lr);
    Tensor scale = FlatParameters.part(parameters.values(), logScale);
    scale.clamp_max_(new Scalar(Math.log(bounds.logitScale())));
    return new Outcome(found, Double.NaN, Double.NaN, Double.NaN, Double.NaN, false);
  }

  private Outcome update(LossGradient found, double lr, boolean norms) {
    double gradientNorm =
        bounds.gradientNorm() > 0
            ? parameters.clipGradients(bounds.gradientNorm())
            : parameters.gradientNorm();
    boolean finite = Double.isFinite(gradientNorm);
    boolean lowest = scaling == null || scaling.scale() <= 1;
    if (scaling != null) {
      scaling.update(finite);
    }
    if (!finite) {
      return new Outcome(found, logScale(), gradientNorm, Double.NaN, Double.NaN, !lowest);
    }
    Tensor before = norms ? parameters.values().clone() : parameters.values();
    optimizer.step(lr);
    Tensor scale = FlatParameters.part(parameters.values(), logScale);
    scale.clamp_max_(new Scalar(Math.log(bounds.logitScale())));
    double updateNorm = norms ? Norms.of(before.sub_(parameters.values())) : Double.NaN;
    return new Outcome(
        found,
        scale.item_float(),
        gradientNorm,
        norms ? parameters.valueNorm() : Double.NaN,
        updateNorm,
        false);
  }
}
