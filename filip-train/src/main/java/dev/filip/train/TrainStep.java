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
import java.util.List;
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
   * Runs it; where loss or gradient is known not to be finite the weights stay as they were. Of a
   * loss on a device nothing is read unless norms are wanted or fp16's loss scale is: weights that
   * went bad then show in their norm. With norms all numbers come in one copy at the step's end; in
   * fp16, whose loss scale decides on the update, loss and gradient come before it.
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
      LossGradient found = loss(loss, features, positives);
      clock.lap(Stage.LOSS);
      if (found.numbers().known() && !Double.isFinite(found.loss())) {
        towers.drop();
        return new Outcome(found, logScale(), Double.NaN, Double.NaN, Double.NaN, false);
      }
      backward(found);
      clock.lap(Stage.BACKWARD);
      meanwhile.run();
      Outcome outcome = updated(found, lr, norms);
      clock.lap(Stage.OPTIMIZER);
      return outcome;
    }
  }

  private Outcome updated(LossGradient found, double lr, boolean norms) {
    if (found.numbers().known()) {
      return update(found, lr, norms);
    }
    Tensor gradientNorm = clipped();
    if (scaling != null) {
      return scaled(scaling, found, gradientNorm, lr, norms);
    }
    return norms ? logged(found, gradientNorm, lr) : unread(found, lr);
  }

  private void backward(LossGradient found) {
    double scale = scaling == null ? 1 : scaling.scale();
    towers.backward(found, scale);
    if (scale != 1) {
      parameters.gradients().mul_(new Scalar(1 / scale));
    }
    found.numbers().writeDLogScale(FlatParameters.part(parameters.gradients(), logScale));
  }

  private LossGradient loss(ContrastiveLoss loss, Encoded.Whole features, Positives positives) {
    try {
      Tensor scale = FlatParameters.part(parameters.values(), logScale);
      return loss.compute(features.images(), features.texts(), positives, scale);
    } catch (RuntimeException e) {
      towers.drop();
      throw e;
    }
  }

  private double logScale() {
    return FlatParameters.part(parameters.values(), logScale).item_float();
  }

  /** The norm of the gradients, which are clipped where they are. */
  private Tensor clipped() {
    return bounds.gradientNorm() > 0
        ? parameters.clipGradientsUnread(bounds.gradientNorm())
        : Norms.there(parameters.gradients());
  }

  /** Changes the weights; gives the log-scale after its clamp. */
  private Tensor move(double lr) {
    optimizer.step(lr);
    Tensor scale = FlatParameters.part(parameters.values(), logScale);
    return scale.clamp_max_(new Scalar(Math.log(bounds.logitScale())));
  }

  /** Without a number read: gradients that are not finite make weights that are not. */
  private Outcome unread(LossGradient found, double lr) {
    move(lr);
    return new Outcome(found, Double.NaN, Double.NaN, Double.NaN, Double.NaN, false);
  }

  /** All numbers in one copy, after the update; one that should not have been is taken back. */
  private Outcome logged(LossGradient found, Tensor gradientNorm, double lr) {
    Tensor before = parameters.values().clone();
    Tensor scale = move(lr);
    Tensor values = parameters.values();
    boolean good = false;
    try {
      double[] read =
          found
              .numbers()
              .readWith(
                  List.of(
                      gradientNorm, scale, Norms.there(values), Norms.there(before.sub(values))));
      good = Double.isFinite(read[0]);
      return new Outcome(
          found,
          good ? read[1] : Double.NaN,
          read[0],
          good ? read[2] : Double.NaN,
          good ? read[3] : Double.NaN,
          false);
    } finally {
      if (!good) {
        values.copy_(before);
      }
    }
  }

  /** The gradient decides on the update; two copies where norms are wanted, else one. */
  private Outcome scaled(
      LossScale scaling, LossGradient found, Tensor gradientNorm, double lr, boolean norms) {
    Tensor was = FlatParameters.part(parameters.values(), logScale);
    double[] first = found.numbers().readWith(List.of(gradientNorm, was));
    boolean lowest = scaling.scale() <= 1;
    if (!scaling.update(Double.isFinite(first[0]))) {
      return new Outcome(found, first[1], first[0], Double.NaN, Double.NaN, !lowest);
    }
    if (!norms) {
      move(lr);
      return new Outcome(found, Double.NaN, first[0], Double.NaN, Double.NaN, false);
    }
    Tensor before = parameters.values().clone();
    Tensor scale = move(lr);
    Tensor values = parameters.values();
    double[] read =
        found
            .numbers()
            .readWith(List.of(scale, Norms.there(values), Norms.there(before.sub_(values))));
    return new Outcome(found, read[0], first[0], read[1], read[2], false);
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
