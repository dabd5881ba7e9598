package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.KeepTokens;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.GlobalLoss;
import dev.filip.loss.LateLoss;
import dev.filip.loss.LossGradient;
import dev.filip.loss.MixedLoss;
import dev.filip.loss.TokenSelection;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two-pass feature caching at batch 64 against the whole batch in one pass. */
class TwoPassTest {
  private static final int BATCH = 64;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private static ContrastiveLoss both() {
    return new DenseLoss(0.6, 0.4, 0.1);
  }

  private static ContrastiveLoss selectedBoth() {
    return new MixedLoss(
        0.6,
        new TokenSelection(new KeepTokens(0.5, 0, 2), new LateLoss(0, FeaturePrecision.FP32, 2), 2),
        0.4,
        new GlobalLoss(0, FeaturePrecision.FP32));
  }

  /** Summed over micro-batches instead of rows: the same to 1e-6 of the whole gradient. */
  @ParameterizedTest
  @CsvSource({"1,16,false", "1,1,false", "1,30,true", "2,16,false", "3,7,true", "3,2,false"})
  void givesTheGradientOfOnePass(int shards, int micro, boolean checkpoint) {
    Towers.Activations parts = new Towers.Activations(micro, checkpoint);
    close(make(parts, shards, Compute.FP32, TwoPassTest::both), whole(Compute.FP32, false), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({"1,16", "3,6"})
  void alsoWithTokenSelection(int shards, int micro) {
    Towers.Activations parts = new Towers.Activations(micro, false);
    close(
        make(parts, shards, Compute.FP32, TwoPassTest::selectedBoth),
        whole(Compute.FP32, true),
        1e-6);
  }

  /**
   * Weight gradients are rounded to bf16 (8 bits) before they are added up, once a micro-batch
   * instead of once: 2^-9 each at most, 2^-8 of the whole gradient for sure.
   */
  @ParameterizedTest
  @CsvSource({"1,16", "2,8"})
  void alsoInBf16(int shards, int micro) {
    Compute bf16 = new Compute(Precision.BF16, ComputeDevice.CPU);
    Towers.Activations parts = new Towers.Activations(micro, false);
    close(make(parts, shards, bf16, TwoPassTest::both), whole(bf16, false), 1.0 / 256);
  }

  @Test
  void aMicroBatchOfTheWholeBatchIsOnePassBitForBit() {
    Towers.Activations large = new Towers.Activations(BATCH, false);
    assertThat(make(large, 1, Compute.FP32, TwoPassTest::both).gradient())
        .isEqualTo(whole(Compute.FP32, false).gradient());
  }

  @Test
  void everyShardHoldsItsPart() {
    assertThat(new Towers.Activations(16, false).rows(32, 2)).isEqualTo(8);
    assertThat(new Towers.Activations(2, false).rows(32, 4)).isEqualTo(1);
    assertThat(new Towers.Activations(1000, false).rows(32, 2)).isEqualTo(32);
    assertThat(Towers.Activations.ALL.rows(32, 2)).isEqualTo(32);
  }

  private record Made(double loss, float[] gradient) {}

  private static Made whole(Compute compute, boolean selected) {
    Supplier<ContrastiveLoss> loss = selected ? TwoPassTest::selectedBoth : TwoPassTest::both;
    return make(Towers.Activations.ALL, 1, compute, loss);
  }

  private static Made make(
      Towers.Activations activations, int shards, Compute compute, Supplier<ContrastiveLoss> made) {
    try (FilipModel plain = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
        ContrastiveLoss loss = made.get()) {
      FilipModel model = plain.with(compute, activations.checkpoint());
      try (FlatParameters flat =
              new FlatParameters(model.parameters().map(), ParameterGroups.paper());
          Towers towers =
              new Towers(
                  model, flat, new Parallelism(shards, 1), activations, GradientSum.alone(flat));
          var _ = new StepScope()) {
        flat.zeroGradients();
        Encoded.Whole features = towers.forward(TinyPairs.batch(BATCH));
        LossGradient found = loss.compute(features.images(), features.texts(), Math.log(10));
        towers.backward(found, 1);
        return new Made(found.loss(), Tensors.toFloats(flat.gradients()));
      }
    }
  }

  /** The difference's norm over the gradient's. */
  private static void close(Made actual, Made expected, double relative) {
    assertThat(actual.loss).isCloseTo(expected.loss, within(relative * expected.loss));
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.gradient.length; i++) {
      difference += Math.pow(actual.gradient[i] - expected.gradient[i], 2);
      norm += Math.pow(expected.gradient[i], 2);
    }
    assertThat(norm).isPositive();
    assertThat(Math.sqrt(difference / norm)).isLessThanOrEqualTo(relative);
  }
}
