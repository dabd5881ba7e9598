package dev.filip.train;

import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Optimizer;
import dev.filip.tensor.StepScope;
import dev.filip.text.TokenBatch;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One update: features with autograd, the loss and its own gradient on detached features, one
 * backward sweep from there, clipping, the optimizer, the clamp of the log-scale. Everything native
 * lives in one scope. Not thread-safe; borrows all it is given.
 */
final class TrainStep {
  /** The cap of the log-scale, CLIP's: similarities are multiplied by 100 at most. */
  static final double MOST_LOG_SCALE = Math.log(100);

  private static final String LOG_SCALE = "logit_scale";

  private final FilipModel model;
  private final ContrastiveLoss loss;
  private final FlatParameters parameters;
  private final Optimizer optimizer;
  private final double clip;
  private final FlatParameters.Slot logScale;

  /** {@code clip}: most gradient norm, 0 for none. */
  TrainStep(
      FilipModel model,
      ContrastiveLoss loss,
      FlatParameters parameters,
      Optimizer optimizer,
      double clip) {
    this.model = model;
    this.loss = loss;
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.clip = clip;
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
   */
  record Outcome(
      LossGradient loss,
      double logScale,
      double gradientNorm,
      double parameterNorm,
      double updateNorm) {
    /** Whether the weights were changed by finite numbers only. */
    boolean finite() {
      return Double.isFinite(loss.loss()) && Double.isFinite(gradientNorm);
    }
  }

  /**
   * Runs it; where loss or gradient is not finite the weights stay as they were.
   *
   * @param pixels {@code [b,3,h,w]} on the model's device
   * @param norms whether the parameters' and the update's norms are wanted
   */
  Outcome run(Tensor pixels, TokenBatch tokens, double lr, boolean norms, StageClock clock) {
    try (var _ = new StepScope()) {
      parameters.zeroGradients();
      ImageFeatures images = model.images(pixels);
      TextFeatures texts = model.texts(tokens);
      clock.lap(Stage.TOWERS);
      LossGradient found = loss.compute(detach(images), detach(texts), model.logScale());
      clock.lap(Stage.LOSS);
      if (!Double.isFinite(found.loss())) {
        return new Outcome(found, model.logScale(), Double.NaN, Double.NaN, Double.NaN);
      }
      backward(images, texts, found);
      clock.lap(Stage.BACKWARD);
      Outcome outcome = update(found, lr, norms);
      clock.lap(Stage.OPTIMIZER);
      return outcome;
    }
  }

  private static ImageFeatures detach(ImageFeatures f) {
    return new ImageFeatures(forLoss(f.tokens()), forLoss(f.embeds()));
  }

  private static TextFeatures detach(TextFeatures f) {
    return new TextFeatures(forLoss(f.tokens()), forLoss(f.embeds()), f.length());
  }

  private static Tensor forLoss(Tensor features) {
    Tensor detached = features.detach();
    return (detached.is_cpu() ? detached : detached.cpu()).contiguous();
  }

  private void backward(ImageFeatures images, TextFeatures texts, LossGradient found) {
    TensorVector roots = new TensorVector();
    TensorVector gradients = new TensorVector();
    root(roots, gradients, images.tokens(), found.dImageTokens());
    root(roots, gradients, texts.tokens(), found.dTextTokens());
    root(roots, gradients, images.embeds(), found.dImageEmbeds());
    root(roots, gradients, texts.embeds(), found.dTextEmbeds());
    torch.backward(roots, gradients, new BoolOptional(), false, new TensorVector());
    FlatParameters.part(parameters.gradients(), logScale).fill_(new Scalar(found.dLogScale()));
  }

  private static void root(
      TensorVector roots, TensorVector gradients, Tensor features, @Nullable Tensor gradient) {
    if (gradient != null) {
      roots.push_back(features);
      gradients.push_back(
          features.is_cpu() ? gradient : gradient.to(features.device(), features.dtype()));
    }
  }

  private Outcome update(LossGradient found, double lr, boolean norms) {
    double gradientNorm = clip > 0 ? parameters.clipGradients(clip) : parameters.gradientNorm();
    if (!Double.isFinite(gradientNorm)) {
      return new Outcome(found, model.logScale(), gradientNorm, Double.NaN, Double.NaN);
    }
    Tensor before = norms ? parameters.values().clone() : parameters.values();
    optimizer.step(lr);
    Tensor scale = FlatParameters.part(parameters.values(), logScale);
    scale.clamp_max_(new Scalar(MOST_LOG_SCALE));
    double updateNorm = norms ? FlatParameters.norm(before.sub_(parameters.values())) : Double.NaN;
    return new Outcome(
        found,
        scale.item_float(),
        gradientNorm,
        norms ? parameters.valueNorm() : Double.NaN,
        updateNorm);
  }
}
