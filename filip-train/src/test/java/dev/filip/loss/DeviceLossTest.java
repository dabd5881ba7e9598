package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.LossConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.distributed.Communicator;
import dev.filip.distributed.ThreadRanks;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A GPU's losses, computed on the CPU, against the CPU's own: every setting, alone and in ranks.
 */
class DeviceLossTest {
  private static final int SIX = 6;

  private static LossPlan plan(
      LossConfig loss, Interaction kind, Communicator ranks, boolean device) {
    return new LossPlan(loss, kind, 1, Compute.FP32, 64, 1, ranks, device);
  }

  /** Numbers, then gradients: of tokens, of embeddings. */
  private static double[][] found(LossGradient g) {
    return new double[][] {
      IntStream.range(0, SIX).mapToDouble(g.numbers()::get).toArray(),
      values(g.dImageTokens()),
      values(g.dTextTokens()),
      values(g.dImageEmbeds()),
      values(g.dTextEmbeds())
    };
  }

  private static double[] values(@Nullable Tensor t) {
    return t == null ? new double[0] : LossCase.values(t);
  }

  private static double[][] run(
      LossCase c, LossConfig loss, Interaction kind, Communicator ranks, boolean device) {
    List<String> names =
        IntStream.range(0, c.b()).mapToObj(k -> "image " + (k + ranks.rank()) / 2).toList();
    try (var _ = new StepScope();
        LossPlan plan = plan(loss, kind, ranks, device)) {
      return found(c.run(plan.at(1), plan.positives(names, k -> false), ScalarType.Float));
    }
  }

  private static void same(double[][] found, double[][] expected) {
    for (int part = 0; part < expected.length; part++) {
      double most =
          Arrays.stream(expected[part]).filter(v -> v == v).map(Math::abs).max().orElse(0);
      assertThat(found[part]).hasSameSizeAs(expected[part]);
      for (int i = 0; i < expected[part].length; i++) {
        if (expected[part][i] == expected[part][i]) {
          double off = 2e-6 * (part == 0 ? Math.abs(expected[0][i]) + 1e-6 : most);
          assertThat(found[part][i]).as(part + "/" + i).isCloseTo(expected[part][i], within(off));
        } else {
          assertThat(found[part][i]).isNaN();
        }
      }
    }
  }

  private static LossConfig settings(Interaction kind, String more) {
    return RunConfigReader.parse(
            "model: vit-tiny-84\ndata: {train: none}\nloss: {" + more + "}\n",
            "loss.yaml",
            List.of("interaction=" + kind.name().toLowerCase(java.util.Locale.ROOT)))
        .loss();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 1 | 1 | 1 | 3 | LATE | feature_precision: fp32",
        "1 | 7 | 49 | 5 | 16 | LATE | feature_precision: bf16, label_smoothing: 0.1, z_loss: 0.01",
        "1 | 5 | 9 | 300 | 8 | LATE | feature_precision: fp16",
        "1 | 12 | 3 | 7 | 24 | GLOBAL | feature_precision: fp32, label_smoothing: 0.2",
        "1 | 12 | 3 | 7 | 24 | GLOBAL | feature_precision: bf16, z_loss: 0.1",
        "1 | 13 | 6 | 7 | 24 | BOTH | feature_precision: fp32, z_loss: 0.1, positives: all",
        "1 | 9 | 20 | 17 | 24 | LATE | feature_precision: fp32, keep_tokens: 0.3, keep_after: 0,"
            + " keep_at_least: 1",
        "1 | 8 | 20 | 17 | 24 | BOTH | feature_precision: bf16, keep_tokens: 0.25, keep_after: 0,"
            + " keep_at_least: 3, positives: all",
        "2 | 6 | 9 | 7 | 16 | LATE | feature_precision: fp32, label_smoothing: 0.1, z_loss: 0.01",
        "2 | 8 | 9 | 7 | 16 | BOTH | feature_precision: bf16, positives: all",
        "3 | 9 | 5 | 4 | 16 | GLOBAL | feature_precision: fp32, positives: all",
        "3 | 12 | 11 | 13 | 16 | BOTH | feature_precision: fp16, keep_tokens: 0.3, keep_after: 0,"
            + " keep_at_least: 1",
      })
  void equalsTheCpusOwn(int world, int b, int n, int m, int d, Interaction kind, String more) {
    Natives.load();
    LossConfig loss = settings(kind, more);
    LossCase c = LossCase.random(b, n, m, d, 11);
    if (world == 1) {
      Communicator alone = Communicator.Alone.INSTANCE;
      same(run(c, loss, kind, alone, true), run(c, loss, kind, alone, false));
      return;
    }
    ThreadRanks.run(
        world,
        ranks -> {
          LossCase part = c.part(ranks.rank(), world);
          Communicator all = ranks.communicator();
          same(run(part, loss, kind, all, true), run(part, loss, kind, all, false));
          return "";
        });
  }

  /** Ties: of equals the first is chosen, as on the CPU. */
  @Test
  void equalsAreChosenAlike() {
    Natives.load();
    LossConfig loss =
        settings(Interaction.LATE, "feature_precision: fp32, keep_tokens: 0.4, keep_after: 0");
    LossCase c = LossCase.exact(9, 40, 33, 16, 3);
    Communicator alone = Communicator.Alone.INSTANCE;
    same(run(c, loss, Interaction.LATE, alone, true), run(c, loss, Interaction.LATE, alone, false));
  }
}
