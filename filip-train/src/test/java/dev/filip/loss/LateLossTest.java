package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.distributed.Communicator;
import dev.filip.kernel.LateKernel;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The streamed loss against the dense one, and the laws of late interaction. */
class LateLossTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static LossGradient late(LossCase c) {
    return late(c, 2);
  }

  private static LossGradient late(LossCase c, int threads) {
    try (LateLoss loss = new LateLoss(0, FeaturePrecision.FP32, threads)) {
      return c.run(loss, ScalarType.Float);
    }
  }

  @Test
  void handWorkedCase() {
    LossGradient g = late(DenseLossTest.HAND);
    assertThat(g.loss()).isCloseTo(DenseLossTest.handValue(), within(1e-7));
    assertThat(g.accuracyImage()).isEqualTo(0.5);
    assertThat(g.accuracyText()).isEqualTo(1);
    assertThat(g.sameWordShare()).isEqualTo(0.75);
  }

  static Stream<LossCase> awkward() {
    int[][] sizes = {
      {1, 1, 1, 3},
      {1, 5, 2, 16},
      {2, 1, 25, 16},
      {2, 36, 1, 3},
      {3, 5, 2, 100},
      {3, 49, 32, 64},
      {7, 5, 25, 256},
      {7, 49, 2, 16},
      {17, 36, 25, 64},
      {64, 5, 7, 16},
      {33, 1, 1, 64},
      {2, 300, 3, 8},
      {2, 3, 300, 8}
    };
    return Arrays.stream(sizes).map(s -> LossCase.exact(s[0], s[1], s[2], s[3], 21));
  }

  /** Products are exact in both, so both see the same ties; the rest is compared in fp64. */
  @ParameterizedTest
  @MethodSource("awkward")
  void equalsTheDenseOracle(LossCase c) {
    equal(late(c), c.run(new DenseLoss(1, 0, 0), ScalarType.Double), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({"3,5,4,16", "16,36,25,64", "8,49,32,256"})
  void equalsTheDenseOracleOnUnitVectors(int b, int n, int m, int d) {
    LossCase c = LossCase.random(b, n, m, d, 5);
    equal(late(c), c.run(new DenseLoss(1, 0, 0), ScalarType.Double), 2e-6);
    equal(late(c), c.withPads(0).run(new DenseLoss(1, 0, 0), ScalarType.Float), 4e-6);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5})
  void labelSmoothingEqualsTheDenseOracle(double smoothing) {
    LossCase c = LossCase.exact(7, 9, 5, 16, 2);
    try (LateLoss loss = new LateLoss(smoothing, FeaturePrecision.FP32, 2)) {
      equal(
          c.run(loss, ScalarType.Float),
          c.run(new DenseLoss(1, 0, smoothing), ScalarType.Double),
          1e-6);
    }
  }

  /** The z-loss, alone and with smoothing, in the late, the global and the mixed loss. */
  @ParameterizedTest
  @CsvSource({"0,0.01", "0.2,0.1", "0,1"})
  void zLossEqualsTheDenseOracle(double smoothing, double z) {
    Regularisers regular = new Regularisers(smoothing, z);
    LossCase c = LossCase.exact(7, 9, 5, 16, 2);
    try (LateLoss late =
        new LateLoss(regular, FeaturePrecision.FP32, 2, Communicator.Alone.INSTANCE)) {
      equal(
          c.run(late, ScalarType.Float),
          c.run(new DenseLoss(1, 0, regular), ScalarType.Double),
          1e-6);
      GlobalLoss global =
          new GlobalLoss(regular, FeaturePrecision.FP32, Communicator.Alone.INSTANCE);
      equal(
          c.run(new MixedLoss(0.7, late, 0.3, global), ScalarType.Float),
          c.run(new DenseLoss(0.7, 0.3, regular), ScalarType.Double),
          2e-6);
    }
    assertThat(c.run(new DenseLoss(1, 0, regular), ScalarType.Double).loss())
        .isGreaterThan(c.run(new DenseLoss(1, 0, smoothing), ScalarType.Double).loss());
  }

  /** Winners found again for some images at a time: no bit changes, and the oracle agrees. */
  @ParameterizedTest
  @CsvSource({"1", "700", "3000", "20000"})
  void fewerWinnersAtATimeChangeNoBit(long bytes) {
    LossCase c = LossCase.exact(33, 9, 7, 1024, 8);
    try (LateLoss loss =
        new LateLoss(
            Regularisers.NONE,
            FeaturePrecision.FP32,
            new LateKernel(2, bytes),
            Communicator.Alone.INSTANCE)) {
      LossGradient g = c.run(loss, ScalarType.Float);
      assertThat(gradients(g)).isDeepEqualTo(gradients(late(c)));
      equal(g, c.run(new DenseLoss(1, 0, 0), ScalarType.Double), 2e-6);
    }
  }

  @Test
  void globalAndMixedEqualTheDenseOracle() {
    LossCase c = LossCase.random(9, 5, 4, 24, 4);
    LossGradient global = c.run(new GlobalLoss(0.1, FeaturePrecision.FP32), ScalarType.Float);
    equal(global, c.run(new DenseLoss(0, 1, 0.1), ScalarType.Double), 1e-6);
    try (ContrastiveLoss mixed =
        new MixedLoss(
            0.7,
            new LateLoss(0.1, FeaturePrecision.FP32, 2),
            0.3,
            new GlobalLoss(0.1, FeaturePrecision.FP32))) {
      equal(
          c.run(mixed, ScalarType.Float),
          c.run(new DenseLoss(0.7, 0.3, 0.1), ScalarType.Double),
          2e-6);
    }
  }

  /** Value and each gradient, relative to the largest entry of each. */
  static void equal(LossGradient actual, LossGradient expected, double relative) {
    assertThat(actual.loss()).isCloseTo(expected.loss(), within(relative * (1 + expected.loss())));
    // the derivative by the scale is a difference of sums as large as the loss: 1e-6 of those
    assertThat(actual.dLogScale())
        .isCloseTo(expected.dLogScale(), within(relative * (1 + Math.abs(expected.dLogScale()))));
    double[][] a = gradients(actual);
    double[][] e = gradients(expected);
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).hasSameSizeAs(e[i]);
      double largest = DoubleStream.of(e[i]).map(Math::abs).max().orElse(0);
      for (int k = 0; k < a[i].length; k++) {
        assertThat(a[i][k]).isCloseTo(e[i][k], within(relative * largest + 1e-12));
      }
    }
    assertThat(actual.accuracyImage()).isEqualTo(expected.accuracyImage());
    assertThat(actual.accuracyText()).isEqualTo(expected.accuracyText());
    assertThat(actual.sameWordShare()).isEqualTo(Double.valueOf(expected.sameWordShare()));
    assertThat(actual.wordEntropy()).isEqualTo(Double.valueOf(expected.wordEntropy()));
  }

  private static double[][] gradients(LossGradient g) {
    return Stream.of(g.dImageTokens(), g.dTextTokens(), g.dImageEmbeds(), g.dTextEmbeds())
        .filter(Objects::nonNull)
        .map(LossCase::values)
        .toArray(double[][]::new);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void bitEqualForAnyNumberOfThreads(int threads) {
    LossCase c = LossCase.random(19, 9, 7, 20, 8);
    LossGradient one = late(c, 1);
    LossGradient some = late(c, threads);
    assertThat(some.loss()).isEqualTo(one.loss());
    assertThat(some.dLogScale()).isEqualTo(one.dLogScale());
    assertThat(gradients(some)).isDeepEqualTo(gradients(one));
  }

  @Test
  void scratchMemoryIsReusedBetweenUnlikeBatches() {
    LossCase large = LossCase.random(9, 12, 8, 16, 1);
    LossCase small = LossCase.random(3, 5, 4, 8, 2);
    try (LateLoss loss = new LateLoss(0, FeaturePrecision.FP32, 2)) {
      large.run(loss, ScalarType.Float);
      LossGradient again = small.run(loss, ScalarType.Float);
      assertThat(gradients(again)).isDeepEqualTo(gradients(late(small)));
    }
  }

  @Test
  void whatLiesBeyondATextIsNeverSeen() {
    LossCase c = LossCase.random(5, 7, 6, 16, 3);
    LossGradient nan = late(c);
    assertThat(gradients(late(c.withPads(1e30)))).isDeepEqualTo(gradients(nan));
    double[] text = LossCase.values(nan.dTextTokens());
    for (int i = 0; i < c.b(); i++) {
      for (int k = (i * c.m() + c.length()[i]) * c.d(); k < (i + 1) * c.m() * c.d(); k++) {
        assertThat(text[k]).isZero();
      }
    }
  }

  @Test
  void oneMorePadChangesNothing() {
    LossCase c = LossCase.random(5, 7, 6, 16, 3);
    LossCase longer = wider(c, c.m() + 3);
    assertThat(late(longer).loss()).isEqualTo(late(c).loss());
    assertThat(LossCase.values(late(longer).dImageTokens()))
        .isEqualTo(LossCase.values(late(c).dImageTokens()));
  }

  private static LossCase wider(LossCase c, int m) {
    double[] text = new double[c.b() * m * c.d()];
    Arrays.fill(text, Double.NaN);
    for (int i = 0; i < c.b(); i++) {
      System.arraycopy(c.text(), i * c.m() * c.d(), text, i * m * c.d(), c.length()[i] * c.d());
    }
    return new LossCase(c.b(), c.n(), m, c.d(), c.image(), text, c.length(), c.logScale());
  }

  @Test
  void orderOfPatchesChangesNothing() {
    LossCase c = LossCase.random(4, 6, 5, 12, 9);
    LossCase reversed =
        new LossCase(
            c.b(),
            c.n(),
            c.m(),
            c.d(),
            reversed(c.image(), c.b(), c.n(), c.d()),
            c.text(),
            c.length(),
            c.logScale());
    assertThat(late(reversed).loss()).isCloseTo(late(c).loss(), within(1e-9));
    double[] back = reversed(LossCase.values(late(reversed).dImageTokens()), c.b(), c.n(), c.d());
    close(back, LossCase.values(late(c).dImageTokens()), 1e-6);
  }

  private static double[] reversed(double[] x, int items, int tokens, int d) {
    double[] y = new double[x.length];
    for (int r = 0; r < items * tokens; r++) {
      int to = r / tokens * tokens + tokens - 1 - r % tokens;
      System.arraycopy(x, r * d, y, to * d, d);
    }
    return y;
  }

  @Test
  void orderOfPairsPermutesTheGradients() {
    LossCase c = LossCase.random(6, 4, 5, 12, 10);
    int[] length = new int[c.b()];
    Arrays.setAll(length, i -> c.length()[c.b() - 1 - i]);
    int item = c.n() * c.d();
    LossCase turned =
        new LossCase(
            c.b(),
            c.n(),
            c.m(),
            c.d(),
            reversed(c.image(), 1, c.b(), item),
            reversed(c.text(), 1, c.b(), c.m() * c.d()),
            length,
            c.logScale());
    LossGradient g = late(turned);
    assertThat(g.loss()).isCloseTo(late(c).loss(), within(1e-9));
    close(
        reversed(LossCase.values(g.dImageTokens()), 1, c.b(), item),
        LossCase.values(late(c).dImageTokens()),
        1e-6);
  }

  private static void close(double[] actual, double[] expected, double tolerance) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(tolerance));
    }
  }

  /** Every patch twice: each word finds the same best one, each mean is the same. */
  @Test
  void everyPatchTwiceChangesNothing() {
    LossCase c = LossCase.random(4, 5, 6, 12, 11);
    double[] twice = new double[2 * c.image().length];
    for (int i = 0; i < c.b(); i++) {
      int item = c.n() * c.d();
      System.arraycopy(c.image(), i * item, twice, 2 * i * item, item);
      System.arraycopy(c.image(), i * item, twice, (2 * i + 1) * item, item);
    }
    LossCase doubled =
        new LossCase(c.b(), 2 * c.n(), c.m(), c.d(), twice, c.text(), c.length(), c.logScale());
    assertThat(late(doubled).loss()).isCloseTo(late(c).loss(), within(1e-9));
    close(
        LossCase.values(late(doubled).dTextTokens()), LossCase.values(late(c).dTextTokens()), 1e-6);
  }

  @Test
  void oneTokenEachIsTheGlobalLoss() {
    LossCase c = LossCase.random(6, 1, 1, 16, 12);
    LossGradient late = late(c);
    LossGradient global = c.run(new GlobalLoss(0, FeaturePrecision.FP32), ScalarType.Float);
    assertThat(late.loss()).isCloseTo(global.loss(), within(1e-6));
    close(LossCase.values(late.dImageTokens()), LossCase.values(global.dImageEmbeds()), 1e-6);
  }

  @Test
  void roundedFeaturesGiveTheLossOfRoundedFeatures() {
    LossCase c = LossCase.random(6, 7, 5, 16, 13);
    LossCase rounded =
        new LossCase(
            c.b(), c.n(), c.m(), c.d(), bf16(c.image()), bf16(c.text()), c.length(), c.logScale());
    try (LateLoss loss = new LateLoss(0, FeaturePrecision.BF16, 2)) {
      LossGradient g = c.run(loss, ScalarType.Float);
      equal(g, late(rounded), 1e-6); // sums may go in another order
      assertThat(g.loss()).isNotCloseTo(late(c).loss(), within(1e-6));
    }
  }

  private static double[] bf16(double[] x) {
    return LossCase.values(LossCase.tensor(x, ScalarType.BFloat16, x.length));
  }

  @Test
  void nonFiniteInputIsATypedErrorThatSaysWhere() {
    LossCase image = LossCase.random(3, 4, 5, 8, 14);
    image.image()[17] = Double.POSITIVE_INFINITY;
    assertThatThrownBy(() -> late(image))
        .isInstanceOf(NonFiniteLoss.class)
        .hasMessageContaining("image tokens");
    LossCase text = LossCase.random(3, 4, 5, 8, 14);
    text.text()[0] = Double.NaN;
    assertThatThrownBy(() -> late(text)).hasMessageContaining("text tokens");
    LossCase scale = LossCase.random(3, 4, 5, 8, 14).withLogScale(Double.NaN);
    assertThatThrownBy(() -> late(scale)).hasMessageContaining("logit_scale");
  }

  @Test
  void otherTypesAreRefused() {
    LossCase c = LossCase.random(2, 2, 2, 2, 1);
    try (LateLoss loss = new LateLoss(0, FeaturePrecision.FP32, 1)) {
      assertThatThrownBy(() -> c.run(loss, ScalarType.Double)).hasMessageContaining("fp32");
    }
  }
}
