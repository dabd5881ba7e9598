package dev.filip.train;

import dev.filip.config.Interaction;
import dev.filip.config.LossConfig;
import dev.filip.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a step may have gone bad: facts of the step and the run's settings in, one likely cause out.
 *
 * @param loss of this step; {@code previousLoss} of the one before, NaN at the first
 * @param badParameter the first parameter with a gradient that is not finite, or null
 * @param precision of the towers, as chosen
 */
record Diagnosis(
    long step,
    double loss,
    double previousLoss,
    boolean badPixels,
    double logScale,
    @Nullable String badParameter,
    double lr,
    double peakLr,
    boolean warmingUp,
    String precision,
    RunConfig config) {

  private static final double NEAR_CAP = 0.99;

  /** {@code loss is not finite (NaN) at step 7}, or the gradient's. */
  String symptom() {
    String what =
        Double.isFinite(loss)
            ? "the gradient of " + (badParameter == null ? "the model" : badParameter)
            : "the loss";
    String value = Double.isFinite(loss) ? "" : " (" + loss + ")";
    return what + " is not finite" + value + " at step " + step;
  }

  /** One likely cause and what to try: what is broken first, then what is set boldly. */
  String likelyCause() {
    if (badPixels) {
      return "an image of the batch holds values that are not finite: look at the data with filip"
          + " data inspect";
    }
    if (!Double.isFinite(logScale)) {
      return "the temperature ran away at " + rate() + ": lower optimizer.lr";
    }
    if (step <= 1) {
      return "it is the first step, so the weights it started from are suspect: a damaged model"
          + " folder";
    }
    if (precision.equals("fp16")) {
      return "fp16 overflowed though its loss scale fell to 1: set precision: bf16 or fp32";
    }
    return boldSetting();
  }

  private String boldSetting() {
    if (Math.exp(logScale) >= NEAR_CAP * config.loss().maxLogitScale()) {
      return "the logits grew until the learnt scale met its cap: " + smallerLogits();
    }
    if (warmingUp) {
      return "the rate rose too fast or too high ("
          + rate()
          + "): raise schedule.warmup or lower optimizer.lr";
    }
    if (config.optimizer().clip() == 0) {
      return "gradients are not clipped (" + rate() + "): set optimizer.clip: 1.0";
    }
    if (config.interaction() == Interaction.BOTH && config.loss().lateWarmup() == 0) {
      return "the late loss weighs fully from the first step ("
          + rate()
          + "): set loss.late_warmup: 0.1 or lower optimizer.lr";
    }
    return "too high a rate (" + rate() + "): lower optimizer.lr or raise schedule.warmup";
  }

  /** What is not set yet, and the cap itself. */
  private String smallerLogits() {
    LossConfig set = config.loss();
    List<String> tries = new ArrayList<>();
    if (set.zLoss() == 0) {
      tries.add("set loss.z_loss: 1e-4");
    }
    if (set.labelSmoothing() == 0) {
      tries.add("set loss.label_smoothing: 0.1");
    }
    tries.add("lower loss.max_logit_scale (" + number(set.maxLogitScale()) + ")");
    return String.join(" or ", tries);
  }

  private String rate() {
    return "lr "
        + number(lr)
        + " of peak "
        + number(peakLr)
        + (warmingUp ? ", still warming up" : "")
        + ", loss before "
        + number(previousLoss);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
