package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;

/** Each likely cause, with facts of a step that has no other; and which goes first. */
class DiagnosisTest {
  private static final double LOG_SCALE = 3;

  private static Diagnosis at(
      long step, boolean badPixels, double logScale, String precision, String... sets) {
    return new Diagnosis(
        step,
        Double.NaN,
        2.5,
        badPixels,
        logScale,
        null,
        2e-3,
        3e-3,
        false,
        precision,
        TinyData.config("late", 20, sets));
  }

  private static AbstractStringAssert<?> cause(Diagnosis diagnosis) {
    return assertThat(diagnosis.likelyCause()).doesNotContain("\n").hasSizeLessThan(160);
  }

  private static AbstractStringAssert<?> causeWith(String... sets) {
    return cause(at(7, false, LOG_SCALE, "fp32", sets));
  }

  @Test
  void theSymptomSaysLossOrWhichGradient() {
    assertThat(at(7, false, LOG_SCALE, "fp32").symptom())
        .isEqualTo("the loss is not finite (NaN) at step 7");
    Diagnosis gradient =
        new Diagnosis(
            7,
            1.5,
            2,
            false,
            LOG_SCALE,
            "visual_projection.weight",
            1,
            1,
            false,
            "fp32",
            TinyData.config("late", 20));
    assertThat(gradient.symptom())
        .isEqualTo("the gradient of visual_projection.weight is not finite at step 7");
  }

  @Test
  void dataThatAreNotFinite() {
    cause(at(1, true, Double.NaN, "fp16"))
        .contains("an image of the batch")
        .contains("filip data inspect");
  }

  @Test
  void aTemperatureThatRanAway() {
    cause(at(7, false, Double.NaN, "fp16")).contains("temperature").contains("optimizer.lr");
  }

  @Test
  void aDamagedModel() {
    cause(at(1, false, LOG_SCALE, "fp16")).contains("damaged model folder");
  }

  @Test
  void fp16ButNotBf16() {
    cause(at(7, false, LOG_SCALE, "fp16")).contains("precision: bf16 or fp32");
    cause(at(7, false, LOG_SCALE, "bf16")).doesNotContain("bf16").contains("optimizer.lr");
  }

  @Test
  void logitsAtTheirCap() {
    double cap = Math.log(100);
    cause(at(7, false, cap, "fp32"))
        .contains("loss.z_loss: 1e-4")
        .contains("loss.label_smoothing: 0.1")
        .contains("loss.max_logit_scale (100");
    cause(at(7, false, cap, "fp32", "loss={z_loss: 0.01}"))
        .doesNotContain("z_loss")
        .contains("loss.label_smoothing");
    cause(at(7, false, cap, "fp32", "loss={z_loss: 0.01, label_smoothing: 0.2}"))
        .doesNotContain("label_smoothing")
        .contains("lower loss.max_logit_scale");
    cause(at(7, false, cap, "fp32", "loss={max_logit_scale: 200}")).doesNotContain("cap");
  }

  @Test
  void aWarmUpTooShort() {
    Diagnosis warming =
        new Diagnosis(
            2,
            Double.NaN,
            2.5,
            false,
            LOG_SCALE,
            null,
            2e-3,
            3e-3,
            true,
            "fp32",
            TinyData.config("late", 20));
    cause(warming)
        .contains("lr 0.00200 of peak 0.00300, still warming up, loss before 2.50")
        .contains("raise schedule.warmup or lower optimizer.lr");
  }

  @Test
  void gradientsNotClipped() {
    causeWith("optimizer.clip=none").contains("set optimizer.clip: 1.0");
    causeWith().doesNotContain("clip");
  }

  @Test
  void aLateLossThatWeighsFullyAtOnce() {
    causeWith("interaction=both").contains("loss.late_warmup");
    causeWith("interaction=both", "loss={late_warmup: 0.2}").doesNotContain("late_warmup");
  }

  @Test
  void otherwiseTheRate() {
    causeWith()
        .isEqualTo(
            "too high a rate (lr 0.00200 of peak 0.00300, loss before 2.50): lower optimizer.lr or"
                + " raise schedule.warmup");
  }
}
