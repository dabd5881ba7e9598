package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.LossConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.distributed.Communicator;
import dev.filip.distributed.ThreadRanks;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loss over 1, 2 and 3 ranks against the same loss in one process. */
class RanksLossTest {
  /** What a rank or a whole process found, as plain numbers. */
  private record Found(
      double loss, double[] numbers, double[] image, double[] text, double[] embeds) {
    static Found of(LossGradient g, boolean late, boolean global) {
      double[] none = {};
      double[] embeds = none;
      if (global) {
        double[] x = LossCase.values(g.dImageEmbeds());
        double[] y = LossCase.values(g.dTextEmbeds());
        embeds = Arrays.copyOf(x, x.length + y.length);
        System.arraycopy(y, 0, embeds, x.length, y.length);
      }
      return new Found(
          g.loss(),
          new double[] {
            g.dLogScale(), g.accuracyImage(), g.accuracyText(), g.sameWordShare(), g.wordEntropy()
          },
          late ? LossCase.values(g.dImageTokens()) : none,
          late ? LossCase.values(g.dTextTokens()) : none,
          embeds);
    }
  }

  private static LossConfig settings(String interaction, String... sets) {
    String[] all = Arrays.copyOf(sets, sets.length + 1);
    all[sets.length] = "interaction=" + interaction;
    return RunConfigReader.parse(
            "model: vit-tiny-84\ndata: {train: none}\nloss: {feature_precision: fp32}\n",
            "loss.yaml",
            List.of(all))
        .loss();
  }

  private static Found run(LossCase c, LossConfig loss, Interaction kind, Communicator ranks) {
    try (LossPlan plan = new LossPlan(loss, kind, 1, Compute.FP32, 64, 1, ranks)) {
      return run(c, plan.at(1), kind);
    }
  }

  private static Found run(LossCase c, ContrastiveLoss loss, Interaction kind) {
    try (var _ = new PointerScope()) {
      LossGradient g = c.run(loss, ScalarType.Float);
      return Found.of(g, kind != Interaction.GLOBAL, kind != Interaction.LATE);
    }
  }

  private static List<Found> split(LossCase c, int world, LossConfig loss, Interaction kind) {
    return ThreadRanks.run(
        world, ranks -> run(c.part(ranks.rank(), world), loss, kind, ranks.communicator()));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 5, 4, 16, late, 0",
    "2, 2, 1, 1, 3, late, 0",
    "2, 6, 49, 7, 32, late, 0.1",
    "3, 3, 5, 9, 8, late, 0",
    "3, 21, 4, 25, 100, late, 0.2",
    "2, 14, 3, 6, 24, global, 0.1",
    "3, 9, 3, 5, 16, global, 0",
    "3, 12, 7, 5, 16, both, 0.1"
  })
  void equalsOneProcess(int world, int b, int n, int m, int d, String kind, double smoothing) {
    for (LossCase c : List.of(LossCase.random(b, n, m, d, 5), LossCase.exact(b, n, m, d, 6))) {
      LossConfig loss = settings(kind, "loss.label_smoothing=" + smoothing);
      Interaction interaction = Interaction.valueOf(kind.toUpperCase(java.util.Locale.ROOT));
      Found whole = run(c, loss, interaction, Communicator.Alone.INSTANCE);
      List<Found> parts = split(c, world, loss, interaction);
      same(c, whole, parts);
    }
  }

  @ParameterizedTest
  @CsvSource({"bf16", "fp16"})
  void roundedFeaturesGiveTheSameInOneProcess(String precision) {
    LossCase c = LossCase.random(6, 5, 4, 16, 8);
    LossConfig loss = settings("both", "loss.feature_precision=" + precision);
    same(
        c,
        run(c, loss, Interaction.BOTH, Communicator.Alone.INSTANCE),
        split(c, 2, loss, Interaction.BOTH));
  }

  private static void same(LossCase c, Found whole, List<Found> parts) {
    int world = parts.size();
    for (int r = 0; r < world; r++) {
      Found part = parts.get(r);
      assertThat(part.loss).isCloseTo(whole.loss, within(1e-7 * Math.abs(whole.loss) + 1e-12));
      for (int k = 0; k < whole.numbers.length; k++) {
        if (Double.isNaN(whole.numbers[k])) { // a global loss has no words
          assertThat(part.numbers[k]).isNaN();
          continue;
        }
        assertThat(part.numbers[k])
            .as("number " + k)
            .isCloseTo(whole.numbers[k], within(1e-6 * Math.abs(whole.numbers[k]) + 1e-9));
      }
      close(part.image, slice(whole.image, r, world));
      close(part.text, slice(whole.text, r, world));
      int half = whole.embeds.length / 2;
      double[] x = slice(Arrays.copyOf(whole.embeds, half), r, world);
      double[] y = slice(Arrays.copyOfRange(whole.embeds, half, 2 * half), r, world);
      close(Arrays.copyOf(part.embeds, x.length), x);
      close(Arrays.copyOfRange(part.embeds, x.length, x.length + y.length), y);
    }
  }

  private static double[] slice(double[] whole, int rank, int world) {
    int each = whole.length / world;
    return Arrays.copyOfRange(whole, rank * each, (rank + 1) * each);
  }

  /** Relative to the largest: sums over ranks are in another order. */
  private static void close(double[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-6 * most + 1e-12));
    }
  }

  /** libtorch's tiles, smoothed, with a z-loss and 16-bit features on the way. */
  @ParameterizedTest
  @CsvSource({"2, 6, 9, 7, FP32", "3, 12, 4, 25, FP32", "3, 9, 5, 4, BF16"})
  void tilesEqualOneProcess(int world, int b, int n, int m, FeaturePrecision precision) {
    Regularisers regular = new Regularisers(0.1, 0.01);
    LossCase c = LossCase.random(b, n, m, 16, 9);
    List<Found> parts =
        ThreadRanks.run(
            world,
            ranks -> {
              TiledLateLoss part =
                  new TiledLateLoss(
                      regular, precision, ComputeDevice.CPU, 4096, ranks.communicator());
              return run(c.part(ranks.rank(), world), part, Interaction.LATE);
            });
    try (LateLoss one = new LateLoss(regular, precision, 1, Communicator.Alone.INSTANCE)) {
      same(c, run(c, one, Interaction.LATE), parts);
    }
  }

  /** Ranks whose longest texts differ: each sends what the longest of all needs. */
  @Test
  void lengthsMayDifferAmongRanks() {
    LossCase c = LossCase.random(4, 5, 9, 8, 3);
    int[] length = {2, 3, 9, 1};
    LossCase ragged =
        new LossCase(
                4,
                5,
                9,
                8,
                c.image(),
                LossCase.random(4, 5, 9, 8, 4).withPads(0.5).text(),
                length,
                c.logScale())
            .withPads(Double.NaN);
    LossConfig loss = settings("late");
    Found whole = run(ragged, loss, Interaction.LATE, Communicator.Alone.INSTANCE);
    // rank 0 holds texts of at most 3 tokens in a tensor of 3
    List<Found> parts =
        ThreadRanks.run(
            2,
            ranks -> {
              LossCase own = ragged.part(ranks.rank(), 2);
              return run(
                  ranks.rank() == 0 ? own.cut(3) : own,
                  loss,
                  Interaction.LATE,
                  ranks.communicator());
            });
    assertThat(parts.get(0).loss).isCloseTo(whole.loss, within(1e-7));
    close(parts.get(1).text, slice(whole.text, 1, 2));
    double[] cut = parts.get(0).text;
    double[] expected = slice(whole.text, 0, 2);
    for (int i = 0; i < 2; i++) {
      close(
          Arrays.copyOfRange(cut, i * 3 * 8, (i + 1) * 3 * 8),
          Arrays.copyOfRange(expected, i * 9 * 8, i * 9 * 8 + 3 * 8));
    }
  }

  @Test
  void aFaultOnOneRankStopsAll() {
    LossCase c = LossCase.random(4, 3, 3, 4, 1);
    c.image()[0] = Double.NaN; // rank 0's
    List<String> said =
        ThreadRanks.run(
            2,
            ranks -> {
              try {
                run(
                    c.part(ranks.rank(), 2),
                    settings("late"),
                    Interaction.LATE,
                    ranks.communicator());
                return "";
              } catch (NonFiniteLoss e) {
                return e.where();
              }
            });
    assertThat(said).containsExactly("image tokens", "image tokens");
  }

  @Test
  void aSelectionAmongLocalItemsIsAnotherLossThanOneAmongAll() {
    LossCase c = LossCase.random(8, 9, 9, 8, 2);
    LossConfig loss =
        settings(
            "late",
            "loss={feature_precision: fp32, keep_tokens: 0.3, keep_after: 0, keep_at_least: 1}");
    Found whole = run(c, loss, Interaction.LATE, Communicator.Alone.INSTANCE);
    List<Found> parts = split(c, 2, loss, Interaction.LATE);
    assertThat(parts.get(0).loss).isEqualTo(parts.get(1).loss);
    assertThat(parts.get(0).loss).isNotCloseTo(whole.loss, within(1e-6));
  }

  @Test
  void unequalPartsAreRefused() {
    assertThatThrownBy(() ->
            CrossEntropies.of(
                new dev.filip.kernel.PairScores(2, 3, new float[6], new float[6]),
                0,
                Regularisers.NONE,
                Positives.OWN,
                Communicator.Alone.INSTANCE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
