package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.RunConfig;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.GlobalLoss;
import dev.filip.loss.LateLoss;
import dev.filip.loss.LossGradient;
import dev.filip.loss.MixedLoss;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts padded to few lengths: longer tensors, the same loss and gradient. */
class TextLengthTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @Test
  void lengthsAreMultiplesUpToTheContext() {
    Towers.Activations eight = new Towers.Activations(0, false, 8);
    assertThat(eight.padded(1, 77)).isEqualTo(8);
    assertThat(eight.padded(8, 77)).isEqualTo(8);
    assertThat(eight.padded(9, 77)).isEqualTo(16);
    assertThat(eight.padded(74, 77)).isEqualTo(77);
    assertThat(Towers.Activations.ALL.padded(5, 77)).isEqualTo(5);
    RunConfig config = TinyData.config("late", 1);
    assertThat(Towers.Activations.of(config, ComputeDevice.CPU).textMultiple()).isEqualTo(1);
    assertThat(Towers.Activations.of(config, ComputeDevice.CUDA).textMultiple()).isEqualTo(8);
    RunConfig set = TinyData.config("late", 1, "data.text_multiple=3");
    assertThat(Towers.Activations.of(set, ComputeDevice.CPU).textMultiple()).isEqualTo(3);
  }

  private record Made(long length, double loss, float[] gradient) {}

  private static Made make(int multiple, int micro, boolean dense) {
    try (FilipModel model = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
        FlatParameters flat =
            new FlatParameters(model.parameters().map(), ParameterGroups.paper());
        Towers towers =
            new Towers(
                model,
                flat,
                new Parallelism(2, 1),
                new Towers.Activations(micro, false, multiple),
                GradientSum.alone(flat));
        var loss =
            dense
                ? new DenseLoss(0.6, 0.4, 0)
                : new MixedLoss(
                    0.6,
                    new LateLoss(0, FeaturePrecision.FP32, 2),
                    0.4,
                    new GlobalLoss(0, FeaturePrecision.FP32));
        var _ = new StepScope()) {
      flat.zeroGradients();
      Encoded.Whole features = towers.forward(TinyPairs.batch());
      LossGradient found = loss.compute(features.images(), features.texts(), Math.log(10));
      towers.backward(found, 1);
      return new Made(
          features.texts().tokens().size(1), found.loss(), Tensors.toFloats(flat.gradients()));
    }
  }

  /** Texts of TinyPairs are 4 or 5 tokens long, their context is 6. */
  @ParameterizedTest
  @CsvSource({"2, 0, 6", "4, 0, 6", "5, 0, 5", "8, 0, 6", "4, 3, 6", "6, 1, 6"})
  void lossAndGradientAreTheSame(int multiple, int micro, int length) {
    for (boolean dense : new boolean[] {true, false}) {
      Made plain = make(1, 0, dense);
      Made padded = make(multiple, micro, dense);
      assertThat(plain.length).isEqualTo(5);
      assertThat(padded.length).isEqualTo(length);
      assertThat(padded.loss).isEqualTo(plain.loss, within(1e-6 * plain.loss));
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < plain.gradient.length; i++) {
        difference += Math.pow(padded.gradient[i] - plain.gradient[i], 2);
        norm += Math.pow(plain.gradient[i], 2);
      }
      assertThat(Math.sqrt(difference / norm)).isLessThan(1e-6);
    }
  }
}
