package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiagnosisTest {
  private static Diagnosis at(long step, boolean badPixels, double logScale, String precision) {
    return new Diagnosis(
        step, Double.NaN, 2.5, badPixels, logScale, null, 3e-3, 3e-3, false, precision);
  }

  @Test
  void theSymptomSaysLossOrWhichGradient() {
    assertThat(at(7, false, 3, "fp32").symptom())
        .isEqualTo("the loss is not finite (NaN) at step 7");
    Diagnosis gradient =
        new Diagnosis(7, 1.5, 2, false, 3, "visual_projection.weight", 1, 1, false, "fp32");
    assertThat(gradient.symptom())
        .isEqualTo("the gradient of visual_projection.weight is not finite at step 7");
  }

  @Test
  void theCauseIsTheFirstThatFits() {
    assertThat(at(7, true, Double.NaN, "fp16").likelyCause()).contains("an image of the batch");
    assertThat(at(7, false, Double.NaN, "fp16").likelyCause()).contains("temperature");
    assertThat(at(1, false, 3, "fp32").likelyCause()).contains("damaged model folder");
    assertThat(at(7, false, 3, "bf16").likelyCause()).contains("precision: fp32");
    assertThat(at(7, false, 3, "fp32").likelyCause())
        .contains("lower optimizer.lr")
        .contains("loss before 2.50");
  }
}
