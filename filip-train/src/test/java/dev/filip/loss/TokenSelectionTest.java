package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.KeepTokens;
import dev.filip.config.LossConfig;
import dev.filip.config.LossTiles;
import dev.filip.config.RunConfig;
import dev.filip.distributed.Communicator;
import dev.filip.tensor.Compute;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenSelectionTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static LossGradient selected(LossCase c, double share) {
    return selected(c, new KeepTokens(share, 0, 1));
  }

  private static LossGradient selected(LossCase c, KeepTokens keep) {
    try (TokenSelection loss =
        new TokenSelection(keep, new LateLoss(0, FeaturePrecision.FP32, 2), 2)) {
      return c.run(loss, ScalarType.Float);
    }
  }

  /**
   * Of two images of four patches each, the two stay whose best product with any word of any text
   * is largest.
   */
  @Test
  void keepsTheBestMatchedHalf() {
    LossCase c =
        new LossCase(
            2,
            4,
            2,
            2,
            new double[] {1, 0, .8, -.6, .9, -.2, -1, .1, -1, .2, 0, 1, .3, -1, .6, -1},
            new double[] {1, 0, .6, -1, 0, 1, 0, 1},
            new int[] {2, 2},
            0);
    double[] best = bestOfPatches(c);
    boolean[] kept = keptRows(selected(c, 0.5).dImageTokens(), c.d());
    for (int i = 0; i < 2; i++) {
      double[] own = Arrays.copyOfRange(best, 4 * i, 4 * i + 4);
      double[] sorted = own.clone();
      Arrays.sort(sorted);
      for (int k = 0; k < 4; k++) {
        assertThat(kept[4 * i + k]).isEqualTo(own[k] >= sorted[2]);
      }
    }
  }

  private static double[] bestOfPatches(LossCase c) {
    double[] best = new double[c.b() * c.n()];
    Arrays.fill(best, Double.NEGATIVE_INFINITY);
    for (int p = 0; p < best.length; p++) {
      for (int q = 0; q < c.b() * c.m(); q++) {
        double dot = 0;
        for (int e = 0; e < c.d(); e++) {
          dot += c.image()[p * c.d() + e] * c.text()[q * c.d() + e];
        }
        best[p] = Math.max(best[p], dot);
      }
    }
    return best;
  }

  private static boolean[] keptRows(
      org.bytedeco.pytorch.@org.jspecify.annotations.Nullable Tensor gradient, int d) {
    double[] g = LossCase.values(gradient);
    boolean[] kept = new boolean[g.length / d];
    for (int i = 0; i < g.length; i++) {
      kept[i / d] |= g[i] != 0;
    }
    return kept;
  }

  @Test
  void theShareIsOfTheRealLengthAndAtLeastOne() {
    LossCase c = LossCase.random(4, 12, 9, 8, 31);
    LossGradient g = selected(c, 0.25);
    boolean[] patches = keptRows(g.dImageTokens(), c.d());
    boolean[] words = keptRows(g.dTextTokens(), c.d());
    for (int i = 0; i < c.b(); i++) {
      assertThat(count(patches, i * c.n(), c.n())).isBetween(1, 3);
      assertThat(count(words, i * c.m(), c.m())).isBetween(1, Math.max(1, c.length()[i] / 4));
    }
  }

  private static int count(boolean[] kept, int from, int size) {
    int count = 0;
    for (int k = from; k < from + size; k++) {
      count += kept[k] ? 1 : 0;
    }
    return count;
  }

  @Test
  void keepingAllIsTheWholeLoss() {
    LossCase c = LossCase.random(5, 6, 7, 8, 32);
    LossGradient all = selected(c, 1);
    try (LateLoss loss = new LateLoss(0, FeaturePrecision.FP32, 1)) {
      LateLossTest.equal(all, c.run(loss, ScalarType.Float), 1e-7);
    }
  }

  /**
   * With this seed neither choice nor winners move under the step, so the gradient is that of the
   * chosen tokens.
   */
  @Test
  void gradientFlowsThroughKeptTokens() {
    LossCase c = LossCase.random(3, 8, 6, 4, 35).withLogScale(0);
    double[] g = LossCase.values(selected(c, 0.5).dImageTokens());
    ToDoubleFunction<LossCase> loss = x -> selected(x, 0.5).loss();
    int largest = 0;
    for (int i = 0; i < g.length; i++) {
      largest = Math.abs(g[i]) > Math.abs(g[largest]) ? i : largest;
    }
    double h = 1e-3;
    double was = c.image()[largest];
    c.image()[largest] = was + h;
    double up = loss.applyAsDouble(c);
    c.image()[largest] = was - h;
    double down = loss.applyAsDouble(c);
    assertThat(g[largest]).isCloseTo((up - down) / (2 * h), within(2e-3 * Math.abs(g[largest])));
  }

  @Test
  void aRunConfigChoosesIt() {
    LossConfig half =
        new LossConfig(
            1,
            0,
            0,
            new KeepTokens(0.5, 0, 1),
            RunConfig.PrecisionChoice.FP32,
            0,
            0,
            100,
            LossConfig.PositiveChoice.OWN,
            LossTiles.USUAL);
    try (LossPlan plan =
        new LossPlan(half, Interaction.LATE, 1, Compute.FP32, 64, 2, Communicator.Alone.INSTANCE)) {
      LossCase c = LossCase.random(3, 8, 6, 4, 34);
      assertThat(c.run(plan.at(1), ScalarType.Float).loss()).isEqualTo(selected(c, 0.5).loss());
    }
  }

  @Test
  void aFloorOfTokensStays() {
    LossCase c = LossCase.random(4, 12, 9, 8, 31);
    assertThat(selected(c, new KeepTokens(0.01, 0, 12)).loss()).isEqualTo(selected(c, 1).loss());
    boolean[] patches = keptRows(selected(c, new KeepTokens(0.01, 0, 1)).dImageTokens(), c.d());
    for (int i = 0; i < c.b(); i++) {
      assertThat(count(patches, i * c.n(), c.n())).isEqualTo(1);
    }
  }

  /** Selection begins after its step, and the late weight rises to its own, by the step alone. */
  @Test
  void aPlanChoosesTheLossOfEveryStep() {
    LossConfig settings =
        new LossConfig(
            0.5,
            0.5,
            4,
            new KeepTokens(0.5, 0.5, 1),
            RunConfig.PrecisionChoice.FP32,
            0,
            0,
            100,
            LossConfig.PositiveChoice.OWN,
            LossTiles.USUAL);
    LossCase c = LossCase.random(5, 8, 6, 4, 36);
    double global = c.run(new GlobalLoss(0, FeaturePrecision.FP32), ScalarType.Float).loss();
    try (LossPlan plan =
        new LossPlan(
            settings, Interaction.BOTH, 10, Compute.FP32, 64, 2, Communicator.Alone.INSTANCE)) {
      double whole = selected(c, 1).loss();
      double half = selected(c, 0.5).loss();
      double[] late = {0.125, 0.25, 0.375, 0.5, 0.5, 0.5, 0.5};
      for (int step = 1; step <= late.length; step++) {
        double expected = late[step - 1] * (step > 5 ? half : whole) + 0.5 * global;
        assertThat(c.run(plan.at(step), ScalarType.Float).loss())
            .isCloseTo(expected, within(1e-12));
      }
      assertThat(plan.chance(2, 8)).isCloseTo(0.75 * Math.log(8), within(1e-12));
    }
  }
}
