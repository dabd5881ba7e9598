package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import dev.filip.config.KeepTokens;
import dev.filip.config.LossConfig;
import dev.filip.config.LossTiles;
import dev.filip.config.RunConfig;
import dev.filip.distributed.Communicator;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
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
    try (TiledLateLoss loss = tiles(Regularisers.NONE, precision, LossTiles.USUAL.bytes());
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
            LossConfig.PositiveChoice.OWN,
            LossTiles.USUAL);
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

  /**
   * Two indices a token, in one byte up to 256 tokens and in two above: b x B x (n + m) of them.
   */
  @ParameterizedTest
  @CsvSource({"3, 256, 7, 1", "3, 257, 7, 2", "2, 5, 300, 2", "4, 49, 32, 1"})
  void winnersTakeAByteOrTwo(int b, int n, int m, int each) {
    LossCase c = LossCase.exact(b, n, m, 8, 3);
    SimilarityTiles tiles =
        new SimilarityTiles(
            LossCase.tensor(c.image(), ScalarType.Float, b, n, 8),
            LossCase.tensor(c.text(), ScalarType.Float, b, m, 8),
            Tensors.fromInts(c.length(), b),
            4096,
            Products.of(FeaturePrecision.FP32, ComputeDevice.CPU));
    assertThat(tiles.indexBytes()).isEqualTo((long) b * b * (n + m) * each);
  }

  /** Three 16-bit parts are the weight: as near to fp64's products as fp32's own. */
  @ParameterizedTest
  @CsvSource({"BF16", "FP16"})
  void weightsAreMultipliedWhole(FeaturePrecision precision) {
    SplittableRandom random = new SplittableRandom(4);
    double[] w = random.doubles(40 * 70).map(v -> (v - 0.5) * Math.pow(10, -8 * v)).toArray();
    double[] f = random.doubles(70 * 9).map(v -> v - 0.5).toArray();
    Tensor weights = LossCase.tensor(w, ScalarType.Float, 40, 70);
    Tensor features = precision.narrow(LossCase.tensor(f, ScalarType.Float, 70, 9));
    Tensor sum = LossCase.tensor(new double[40 * 9], ScalarType.Float, 40, 9);
    Products.of(precision, ComputeDevice.CPU).add(sum, weights, features);
    Tensor exact = weights.to(ScalarType.Double).matmul(features.to(ScalarType.Double));
    double off = exact.sub(sum).abs().max().item_double();
    assertThat(off).isLessThan(2e-6 * exact.abs().max().item_double());
    Tensor rough = precision.narrow(weights).to(ScalarType.Double);
    double one = rough.matmul(features.to(ScalarType.Double)).sub(exact).abs().max().item_double();
    assertThat(one).isGreaterThan(4 * off); // one part alone would not do
  }

  /** Nothing is known until a number is asked for; what is wrong is told then. */
  @Test
  void numbersAreReadWhenTheyAreAskedFor() {
    LossCase good = LossCase.random(5, 4, 3, 8, 1).withLogScale(2.5);
    LossCase bad = LossCase.random(5, 4, 3, 8, 1);
    bad.text()[0] = Double.NaN;
    try (TiledLateLoss loss = tiles(0.1, 4096)) {
      LossGradient eager = good.run(loss, ScalarType.Float);
      LossGradient late = late(good, loss, good.logScale());
      assertThat(late.numbers().known()).isFalse();
      Tensor slot = LossCase.tensor(new double[1], ScalarType.Float, 1);
      late.numbers().writeDLogScale(slot);
      assertThat(late.numbers().known()).isFalse();
      assertThat(slot.item_double()).isEqualTo((float) eager.dLogScale());
      assertThat(late.loss()).isEqualTo(eager.loss());
      assertThat(late.numbers().known()).isTrue();
      LossGradient broken = late(bad, loss, bad.logScale());
      assertThatThrownBy(broken::loss).hasMessageContaining("text tokens");
      LossGradient wide = late(good, loss, 1e4);
      assertThatThrownBy(wide::accuracyText).hasMessageContaining("exp(logit_scale)");
    }
  }

  private static LossGradient late(LossCase c, ContrastiveLoss loss, double logScale) {
    Tensor x = LossCase.tensor(c.image(), ScalarType.Float, c.b(), c.n(), c.d());
    Tensor y = LossCase.tensor(c.text(), ScalarType.Float, c.b(), c.m(), c.d());
    return loss.compute(
        new ImageFeatures(x, x.select(1, 0).contiguous()),
        new TextFeatures(y, y.select(1, 0).contiguous(), c.length()),
        Positives.OWN,
        LossCase.tensor(new double[] {logScale}, ScalarType.Float, 1));
  }
}
