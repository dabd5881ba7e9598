package dev.filip.train;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a step may have gone bad: facts of the step in, one likely cause out.
 *
 * @param loss of this step; {@code previousLoss} of the one before, NaN at the first
 * @param badParameter the first parameter with a gradient that is not finite, or null
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
    String precision) {

  /** {@code loss is not finite (NaN) at step 7}, or the gradient's. */
  String symptom() {
    String what =
        Double.isFinite(loss)
            ? "the gradient of " + (badParameter == null ? "the model" : badParameter)
            : "the loss";
    String value = Double.isFinite(loss) ? "" : " (" + loss + ")";
    return what + " is not finite" + value + " at step " + step;
  }

  /** One likely cause and what to try. */
  String likelyCause() {
    if (badPixels) {
      return "an image of the batch holds values that are not finite: look at the data with filip"
          + " data inspect";
    }
    if (!Double.isFinite(logScale)) {
      return "the temperature ran away: lower optimizer.lr";
    }
    if (step <= 1) {
      return "it is the first step, so the weights it started from are suspect: a damaged model"
          + " folder";
    }
    if (precision.equals("fp16") || precision.equals("bf16")) {
      return precision
          + " overflow or too high a rate (lr "
          + number(lr)
          + "): try precision: fp32, or a lower optimizer.lr";
    }
    return "too high a rate (lr "
        + number(lr)
        + ", peak "
        + number(peakLr)
        + (warmingUp ? ", still warming up" : "")
        + "; loss before "
        + number(previousLoss)
        + "): lower optimizer.lr, raise schedule.warmup or set optimizer.clip: 1.0";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
