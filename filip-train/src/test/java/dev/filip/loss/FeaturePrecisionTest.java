package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.distributed.Communicator;
import dev.filip.io.BadInput;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Losses on 16-bit features against the fp64 oracle, on what was rounded and on what was not. */
class FeaturePrecisionTest {
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

  /** A loss by its arithmetic, and what the oracle's late and global weights are. */
  private enum Kind {
    STREAMED(1, p -> new LateLoss(Regularisers.NONE, p, 2, Communicator.Alone.INSTANCE)),
    TILED(
        1,
        p ->
            new TiledLateLoss(
                Regularisers.NONE, p, ComputeDevice.CPU, 1 << 16, Communicator.Alone.INSTANCE)),
    GLOBAL(0, p -> new GlobalLoss(0, p));

    final double late;
    final Function<FeaturePrecision, ContrastiveLoss> maker;

    Kind(double late, Function<FeaturePrecision, ContrastiveLoss> maker) {
      this.late = late;
      this.maker = maker;
    }

    LossGradient run(LossCase c, FeaturePrecision precision) {
      try (ContrastiveLoss loss = maker.apply(precision)) {
        return c.run(loss, ScalarType.Float);
      }
    }

    LossGradient oracle(LossCase c) {
      return c.run(new DenseLoss(late, 1 - late, 0), ScalarType.Double);
    }
  }

  private static LossCase rounded(LossCase c, FeaturePrecision precision) {
    ScalarType type = precision == FeaturePrecision.BF16 ? ScalarType.BFloat16 : ScalarType.Half;
    Function<double[], double[]> round = x -> LossCase.values(LossCase.tensor(x, type, x.length));
    return new LossCase(
        c.b(),
        c.n(),
        c.m(),
        c.d(),
        round.apply(c.image()),
        round.apply(c.text()),
        c.length(),
        c.logScale());
  }

  /** Products of 16-bit numbers are exact in fp32: only sums round. */
  @ParameterizedTest
  @CsvSource({
    "BF16, STREAMED",
    "BF16, TILED",
    "BF16, GLOBAL",
    "FP16, STREAMED",
    "FP16, TILED",
    "FP16, GLOBAL"
  })
  void equalTheOracleOnRoundedFeatures(FeaturePrecision precision, Kind kind) {
    for (int[] s :
        new int[][] {
          {1, 3, 2, 8}, {3, 5, 4, 33}, {7, 36, 25, 64}, {2, 49, 32, 256}, {3, 140, 5, 96}
        }) {
      LossCase c = LossCase.random(s[0], s[1], s[2], s[3], 5);
      LateLossTest.equal(kind.run(c, precision), kind.oracle(rounded(c, precision)), 1e-6);
    }
  }

  /**
   * Every product of unit rows is off by at most 2u + u^2 (u: half a unit in the last place of 1),
   * so is every maximum and mean, and a cross entropy by twice that times the scale. Gradients: the
   * factors are off by u, the softmax by about scale x u / sqrt(d), together below 4u where winners
   * are clear; random tokens change winners, too: below 16u.
   */
  @ParameterizedTest
  @CsvSource({
    "BF16, 8, STREAMED", "BF16, 8, TILED", "BF16, 8, GLOBAL",
    "FP16, 11, STREAMED", "FP16, 11, TILED", "FP16, 11, GLOBAL"
  })
  void areNearTheOracleOnWholeFeatures(FeaturePrecision precision, int bits, Kind kind) {
    double u = Math.pow(2, -bits);
    near(kind, precision, clear(8, 6, 64), u, 4);
    near(kind, precision, LossCase.random(16, 36, 25, 64, 5), u, 16);
    near(kind, precision, LossCase.random(8, 49, 32, 256, 5), u, 16);
  }

  private static void near(
      Kind kind, FeaturePrecision precision, LossCase c, double u, double units) {
    LossGradient found = kind.run(c, precision);
    LossGradient expected = kind.oracle(c);
    double value = 2 * Math.exp(c.logScale()) * (2 * u + u * u);
    assertThat(found.loss()).isCloseTo(expected.loss(), within(value));
    double[] f = gradient(found);
    double[] e = gradient(expected);
    double off = 0;
    double norm = 0;
    for (int i = 0; i < e.length; i++) {
      off += (f[i] - e[i]) * (f[i] - e[i]);
      norm += e[i] * e[i];
    }
    // at least a hundredth of u: it was rounded
    assertThat(Math.sqrt(off / norm)).isBetween(u / 100, units * u);
  }

  private static double[] gradient(LossGradient g) {
    boolean late = g.dImageTokens() != null;
    double[] image = LossCase.values(late ? g.dImageTokens() : g.dImageEmbeds());
    double[] text = LossCase.values(late ? g.dTextTokens() : g.dTextEmbeds());
    double[] both = Arrays.copyOf(image, image.length + text.length);
    System.arraycopy(text, 0, both, image.length, text.length);
    return both;
  }

  private static final Compute CPU_BF16 = new Compute(Precision.BF16, ComputeDevice.CPU);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FP32 | CPU | 256 | 1 | true | fp32: they stay in this process, where 16 bits save nothing",
        "BF16 | CPU | 256 | 1 | false | fp32: they stay in this process, where 16 bits save nothing",
        "BF16 | CPU | 64 | 1 | true | fp32: they stay in this process, where 16 bits save nothing",
        "BF16 | CPU | 256 | 1 | true"
            + " | bf16: as the towers', and this machine multiplies them twice as fast",
        "FP32 | CPU | 64 | 3 | false | bf16: they are sent to 3 ranks, in half the bytes",
        "FP32 | CUDA | 64 | 1 | false | bf16: the loss runs on a GPU"
      })
  void autoGoesByRule(
      Precision towers, ComputeDevice device, int width, int ranks, boolean fast, String why) {
    Compute compute = new Compute(towers, device);
    assertThat(FeaturePrecision.choose("auto", compute, width, ranks, () -> fast).why())
        .isEqualTo("features " + why);
  }

  @ParameterizedTest
  @EnumSource(FeaturePrecision.class)
  void whatIsAskedForIsTaken(FeaturePrecision precision) {
    for (ComputeDevice device : ComputeDevice.values()) {
      Compute compute = new Compute(Precision.FP32, device);
      FeaturePrecision.Chosen chosen = FeaturePrecision.choose(precision.word(), compute, 256, 2);
      assertThat(chosen.precision()).isEqualTo(precision);
      assertThat(chosen.why()).endsWith("asked for");
    }
    assertThatThrownBy(() -> FeaturePrecision.choose("int8", CPU_BF16, 256, 1))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("loss.feature_precision");
  }

  /** Unit rows; token k of every item is near axis k, so every winner is far ahead of the next. */
  private static LossCase clear(int b, int tokens, int d) {
    SplittableRandom random = new SplittableRandom(3);
    int[] length = new int[b];
    Arrays.fill(length, tokens);
    return new LossCase(
        b,
        tokens,
        tokens,
        d,
        nearAxes(random, b, tokens, d),
        nearAxes(random, b, tokens, d),
        length,
        Math.log(1 / 0.07));
  }

  private static double[] nearAxes(SplittableRandom random, int b, int tokens, int d) {
    double[] x = new double[b * tokens * d];
    for (int row = 0; row < b * tokens; row++) {
      double norm = 0;
      for (int e = 0; e < d; e++) {
        double axis = e == row % tokens ? 1 : 0;
        x[row * d + e] = axis + 0.1 * random.nextGaussian();
        norm += x[row * d + e] * x[row * d + e];
      }
      for (int e = 0; e < d; e++) {
        x[row * d + e] = (float) (x[row * d + e] / Math.sqrt(norm));
      }
    }
    return x;
  }
}
