package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.LossGradient;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A batch in parts against the batch in one. */
class TowersTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 7})
  void partsGiveTheLossAndGradientOfTheWhole(int shards) {
    Made whole = make(1);
    Made parts = make(shards);
    assertThat(parts.loss).isEqualTo(whole.loss, within(1e-6));
    float largest = 0;
    float difference = 0;
    for (int i = 0; i < whole.gradient.length; i++) {
      largest = Math.max(largest, Math.abs(whole.gradient[i]));
      difference = Math.max(difference, Math.abs(whole.gradient[i] - parts.gradient[i]));
    }
    assertThat(difference).isLessThan(1e-5f * largest);
  }

  @Test
  void theTimingOfPartsChangesNoBit() {
    float[] first = make(3).gradient;
    for (int i = 0; i < 5; i++) {
      assertThat(make(3).gradient).isEqualTo(first);
    }
  }

  @Test
  void smallModelsSplitTheBatchAndLargeOnesTheOperations() {
    assertThat(Parallelism.choose(300_000, 64, ComputeDevice.CPU, 4))
        .isEqualTo(new Parallelism(4, 1));
    assertThat(Parallelism.choose(300_000, 8, ComputeDevice.CPU, 16))
        .isEqualTo(new Parallelism(2, 1));
    assertThat(Parallelism.choose(150_000_000, 64, ComputeDevice.CPU, 4))
        .isEqualTo(new Parallelism(1, 4));
    assertThat(Parallelism.choose(300_000, 64, ComputeDevice.CUDA, 4).shards()).isEqualTo(1);
  }

  private record Made(double loss, float[] gradient) {}

  private static Made make(int shards) {
    try (FilipModel model = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
        FlatParameters flat =
            new FlatParameters(model.parameters().map(), ParameterGroups.paper());
        Towers towers =
            new Towers(
                model,
                flat,
                new Parallelism(shards, 1),
                Towers.Activations.ALL,
                GradientSum.alone(flat));
        var _ = new StepScope()) {
      flat.zeroGradients();
      Encoded.Whole features = towers.forward(TinyPairs.batch());
      LossGradient found =
          new DenseLoss(1, 1, 0).compute(features.images(), features.texts(), Math.log(10));
      towers.backward(found, 1);
      return new Made(found.loss(), Tensors.toFloats(flat.gradients()));
    }
  }
}
