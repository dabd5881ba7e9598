package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import dev.filip.config.KeepTokens;
import dev.filip.config.LossConfig;
import dev.filip.config.RunConfig;
import dev.filip.distributed.Communicator;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** libtorch's tiles against the dense loss, on the CPU. */
class TiledLateLossTest {
  private StepScope scope;

  @BeforeEach
  void open() {
    Natives.load();
    scope = new StepScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static TiledLateLoss tiles(double smoothing, long bytes) {
    return tiles(new Regularisers(smoothing, 0), FeaturePrecision.FP32, bytes);
  }

  private static TiledLateLoss tiles(Regularisers regular, FeaturePrecision precision, long bytes) {
    return new TiledLateLoss(
        regular, precision, ComputeDevice.CPU, bytes, Communicator.Alone.INSTANCE);
  }

  /** Tiles of one pair, of a few pairs with ragged ends, and of all. */
  @ParameterizedTest
  @MethodSource("dev.filip.loss.LateLossTest#awkward")
  void equalsTheDenseOracle(LossCase c) {
    LossGradient dense = c.run(new DenseLoss(1, 0, 0), ScalarType.Double);
    for (long pairs : new long[] {1, 10, 100_000}) {
      try (TiledLateLoss loss = tiles(0, pairs * 4 * c.n() * c.m())) {
        LateLossTest.equal(c.run(loss, ScalarType.Float), dense, 1e-6);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4096, 1 << 20})
  void equalsTheStreamedLossOnUnitVectors(long bytes) {
    LossCase c = LossCase.random(16, 36, 25, 64, 5);
    try (TiledLateLoss loss = tiles(0.1, bytes);
        LateLoss streamed = new LateLoss(0.1, FeaturePrecision.FP32, 2)) {
      LossGradient found = c.run(loss, ScalarType.Float);
      LossGradient expected = c.run(streamed, ScalarType.Float);
      LateLossTest.equal(found, expected, 4e-6);
      assertThat(found.sameWordShare()).isEqualTo(expected.sameWordShare());
      assertThat(found.wordEntropy()).isEqualTo(expected.wordEntropy());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16"})
  void sixteenBitFeaturesAreTheStreamedOnes(String word) {
    LossCase c = LossCase.random(9, 7, 5, 32, 5).withPads(0);
    FeaturePrecision precision = FeaturePrecision.of(word);
    try (TiledLateLoss loss = tiles(Regularisers.NONE, precision, TiledLateLoss.TILE_BYTES);
        LateLoss streamed = new LateLoss(0, precision, 2)) {
      LateLossTest.equal(c.run(loss, ScalarType.Float), c.run(streamed, ScalarType.Float), 4e-6);
    }
  }

  /** Every setting of the streamed loss. */
  @ParameterizedTest
  @CsvSource({"0.1,0", "0,0.01", "0.2,1"})
  void smoothingAndZLossEqualTheDenseOracle(double smoothing, double z) {
    Regularisers regular = new Regularisers(smoothing, z);
    LossCase c = LossCase.exact(7, 9, 5, 16, 2);
    try (TiledLateLoss loss = tiles(regular, FeaturePrecision.FP32, 4096)) {
      LossGradient dense = c.run(new DenseLoss(1, 0, regular), ScalarType.Double);
      LateLossTest.equal(c.run(loss, ScalarType.Float), dense, 1e-6);
    }
  }

  @Test
  void aFeatureThatIsNotFiniteIsNamed() {
    LossCase image = LossCase.random(3, 4, 5, 8, 5);
    image.image()[2] = Double.NEGATIVE_INFINITY;
    LossCase text = LossCase.random(3, 4, 5, 8, 5);
    text.text()[0] = Double.NaN;
    try (TiledLateLoss loss = tiles(0, 1 << 20)) {
      assertThatThrownBy(() -> image.run(loss, ScalarType.Float))
          .isInstanceOf(NonFiniteLoss.class)
          .hasMessageContaining("image tokens");
      assertThatThrownBy(() -> text.run(loss, ScalarType.Float))
          .isInstanceOf(NonFiniteLoss.class)
          .hasMessageContaining("text tokens");
    }
  }

  /** By the device alone; nothing of the GPU is touched before the first batch. */
  @Test
  void aPlanChoosesTilesWhereTheDeviceIsNoCpu() {
    LossConfig settings =
        new LossConfig(
            1,
            0,
            0,
            new KeepTokens(1, 0, 1),
            RunConfig.PrecisionChoice.AUTO,
            0.1,
            1e-4,
            100,
            LossConfig.PositiveChoice.OWN);
    try (LossPlan gpu = plan(settings, ComputeDevice.CUDA);
        LossPlan cpu = plan(settings, ComputeDevice.CPU)) {
      assertThat(gpu.at(1)).isInstanceOf(TiledLateLoss.class);
      assertThat(gpu.precision().precision()).isEqualTo(FeaturePrecision.BF16);
      assertThat(cpu.at(1)).isInstanceOf(LateLoss.class);
      assertThat(cpu.precision().precision()).isEqualTo(FeaturePrecision.FP32);
    }
  }

  private static LossPlan plan(LossConfig settings, ComputeDevice device) {
    return new LossPlan(
        settings,
        Interaction.LATE,
        1,
        new Compute(Precision.FP32, device),
        64,
        2,
        Communicator.Alone.INSTANCE);
  }
}
