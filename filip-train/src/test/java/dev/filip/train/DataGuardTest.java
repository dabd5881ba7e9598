package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.distributed.ThreadRanks;
import dev.filip.io.BadInput;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose data fails, or is no longer what it was. */
class DataGuardTest {
  @TempDir Path temp;

  /** Damages the data after a step. */
  private record Damage(String folder, long at) implements TrainListener {
    @Override
    public void onStep(long step, double loss, double imagesPerSecond) {
      if (step == at) {
        try {
          TinyShards.damage(folder);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aDiskThatFailsEndsTheRunWithACheckpointAndTheReason(int world) throws IOException {
    String shards = TinyShards.write(temp.resolve("shards"));
    var config =
        TinyShards.config(shards, 200, "checkpoint.every=100", "data.failures={in_a_row: 9}");
    Path out = temp.resolve("run");
    TrainOptions options = TrainerTest.with(new Damage(shards, 5));
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    ThreadRanks.run(
        world,
        ranks -> {
          try {
            Trainer.run(config, out, options, ranks);
          } catch (TrainingStopped e) {
            said.add(e.getMessage());
          }
          return "";
        });
    assertThat(said).hasSize(world);
    assertThat(said.getFirst())
        .startsWith("the training data fails at step ")
        .contains("in a row cannot be used")
        .contains("; last good checkpoint: " + out.resolve("checkpoints"))
        .doesNotContain("\n");
    Path latest = new Checkpoints(out.resolve("checkpoints"), 2).latest().orElseThrow();
    RunState state = RunState.read(latest.resolve("state.json"));
    assertThat(said.getFirst()).contains("at step " + (state.step() + 1) + ":");
  }

  private static List<String> said(dev.filip.config.RunConfig config, Path out) {
    List<String> said = new ArrayList<>();
    Trainer.run(config, out, new TrainOptions(Existing.REPLACE, 10, null, List.of(), said::add));
    return said.stream().filter(line -> line.startsWith("warning: ")).toList();
  }

  @Test
  void aBatchThatIsLargerThanTheDataIsSaidOnce() throws IOException {
    String shards = TinyShards.write(temp.resolve("shards"));
    String few = "data={train: " + shards + "/000000.tar, distinct: false}";
    assertThat(said(TinyShards.config(shards, 1, few, "batch=8"), temp.resolve("run")))
        .containsExactly(
            "warning: batch 8 is larger than an epoch of the data, 5 samples: a pair that stands"
                + " in its batch twice counts as its own wrong answer");
    assertThat(said(TinyShards.config(shards, 1, few, "batch=5"), temp.resolve("run"))).isEmpty();
  }

  @Test
  void otherDataIsNotGoneOnWith() throws IOException {
    String shards = TinyShards.write(temp.resolve("shards"));
    var config = TinyShards.config(shards, 4, "checkpoint.every=2");
    Path out = temp.resolve("run");
    Trainer.run(config, out, TrainOptions.QUIET);
    Trainer.run(config, out, TrainOptions.QUIET.with(Existing.RESUME));
    Files.copy(Path.of(shards, "000000.tar"), Path.of(shards, "000020.tar"));
    assertThatThrownBy(() -> Trainer.run(config, out, TrainOptions.QUIET.with(Existing.RESUME)))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("data.train is no longer the data of the run in " + out)
        .hasMessageContaining("start anew elsewhere with model: " + out);
  }

  /** Four lanes over one, two and four ranks: the same losses, and a cursor that any may take. */
  @Test
  void ranksOfRealShardsTrainWhatOneProcessDoes() throws IOException {
    String shards = TinyShards.write(temp.resolve("shards"));
    String whole = "loss.feature_precision=fp32";
    var config = TinyShards.config(shards, 12, "checkpoint.every=5", whole);
    List<Double> losses = new ArrayList<>();
    for (int world : new int[] {1, 2, 4}) {
      Path out = temp.resolve("run" + world);
      var results =
          ThreadRanks.run(world, ranks -> Trainer.run(config, out, TrainOptions.QUIET, ranks));
      losses.add(Objects.requireNonNull(results.getFirst().last()).loss());
    }
    assertThat(losses.get(1)).isCloseTo(losses.get(0), within(1e-4));
    assertThat(losses.get(2)).isCloseTo(losses.get(0), within(1e-4));
    var one = RunState.read(temp.resolve("run1/checkpoints/step-000010/state.json"));
    var four = RunState.read(temp.resolve("run4/checkpoints/step-000010/state.json"));
    assertThat(four.cursor()).isEqualTo(one.cursor());
  }
}
