package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import dev.filip.distributed.Communicator;
import dev.filip.distributed.LostPeer;
import dev.filip.distributed.ThreadRanks;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums that begin during the backward pass against one rank's own gradient, times the ranks. */
class GradientSumTest {
  private static final int BATCH = 12;
  private static final int SWEEPS = 3;
  private static final long SMALL = 500;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private record Made(List<float[]> gradients, List<Integer> early) {}

  /** Rank r's gradient is r + 1 times that of one process: the sum is known. */
  @ParameterizedTest
  @CsvSource({
    "2,1,none,false",
    "3,1,none,false",
    "2,2,none,false",
    "2,3,none,true",
    "2,1,5,false",
    "3,2,2,true"
  })
  void givesEveryRankTheSum(int world, int shards, String micro, boolean checkpoint) {
    Towers.Activations activations =
        micro.equals("none")
            ? new Towers.Activations(BATCH, checkpoint)
            : new Towers.Activations(Integer.parseInt(micro), checkpoint);
    float[] own =
        make(Communicator.Alone.INSTANCE, false, shards, activations, Interaction.BOTH)
            .gradients
            .getFirst();
    float factor = world * (world + 1) / 2f;
    List<Made> ranks =
        ThreadRanks.run(
            world, r -> make(r.communicator(), true, shards, activations, Interaction.BOTH));
    for (Made rank : ranks) {
      for (float[] sum : rank.gradients) {
        close(sum, own, factor);
        assertThat(sum).isEqualTo(ranks.getFirst().gradients.getFirst());
      }
      assertThat(rank.early.getFirst()).isZero(); // the first sweep only watches
      assertThat(rank.early.subList(1, SWEEPS)).allMatch(early -> early > 5);
    }
  }

  /** Bit-equal: the same buckets, sent later. */
  @Test
  void equalsTheSumsThatBeginAfterwards() {
    List<float[]> overlapped = sums(true);
    assertThat(sums(false).getLast()).isEqualTo(overlapped.getLast());
  }

  private static List<float[]> sums(boolean overlap) {
    return ThreadRanks.run(
            3, r -> make(r.communicator(), overlap, 2, Towers.Activations.ALL, Interaction.BOTH))
        .getFirst()
        .gradients;
  }

  /** The heads of the other interaction get no gradient: they wait for the end, others do not. */
  @Test
  void unusedParametersHoldUpNobody() {
    List<Made> ranks =
        ThreadRanks.run(
            2, r -> make(r.communicator(), true, 1, Towers.Activations.ALL, Interaction.GLOBAL));
    assertThat(ranks.get(0).early.get(1)).isEqualTo(ranks.get(1).early.get(1)).isGreaterThan(5);
  }

  private static Made make(
      Communicator ranks,
      boolean overlap,
      int shards,
      Towers.Activations activations,
      Interaction interaction) {
    try (FilipModel plain = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
        ContrastiveLoss loss =
            interaction == Interaction.GLOBAL
                ? new DenseLoss(0, 1, 0)
                : new DenseLoss(0.6, 0.4, 0.1)) {
      FilipModel model = plain.with(Compute.FP32, activations.checkpoint());
      try (FlatParameters flat =
              new FlatParameters(model.parameters().map(), ParameterGroups.paper());
          GradientSum sum = new GradientSum(flat, ranks, overlap, SMALL);
          Towers towers = new Towers(model, flat, new Parallelism(shards, 1), activations, sum)) {
        Made made = new Made(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < SWEEPS; i++) {
          try (var _ = new StepScope()) {
            flat.zeroGradients();
            Encoded.Whole features = towers.forward(TinyPairs.batch(BATCH));
            LossGradient found = loss.compute(features.images(), features.texts(), Math.log(10));
            towers.backward(found, ranks.rank() + 1);
            made.gradients.add(Tensors.toFloats(flat.gradients()));
            made.early.add(sum.early());
          }
        }
        return made;
      }
    }
  }

  @Test
  void aLostPeerIsNamedWhereverItIsMissed() {
    assertThatThrownBy(() ->
            ThreadRanks.run(
                2,
                3,
                r -> {
                  if (!r.isFirst()) {
                    return 0; // leaves
                  }
                  make(r.communicator(), true, 1, Towers.Activations.ALL, Interaction.BOTH);
                  return 1;
                }))
        .isInstanceOf(LostPeer.class)
        .hasMessageContaining("summing gradients");
  }

  private static void close(float[] sum, float[] own, float factor) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < own.length; i++) {
      difference += Math.pow(sum[i] - factor * own[i], 2);
      norm += Math.pow(factor * own[i], 2);
    }
    assertThat(norm).isPositive();
    assertThat(Math.sqrt(difference / norm)).isLessThan(1e-6);
  }
}
