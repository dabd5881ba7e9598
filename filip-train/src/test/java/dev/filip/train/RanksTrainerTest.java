package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.RunConfig;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run on several ranks against the same run in one process. */
class RanksTrainerTest {
  /** Several ranks round features by themselves, one process does not. */
  private static final String WHOLE_FEATURES = "loss.feature_precision=fp32";

  @TempDir Path temp;

  private static List<TrainResult> ranks(int world, RunConfig config, Path out, TrainOptions how) {
    return ThreadRanks.run(world, ranks -> Trainer.run(config, out, how, new TinyData(), ranks));
  }

  @ParameterizedTest
  @CsvSource({"2, both, none", "3, late, none", "2, late, 4"})
  void nProcessesEqualOne(int world, String interaction, String microBatch) throws IOException {
    RunConfig config =
        TinyData.config(
            interaction,
            8,
            "batch=12",
            "micro_batch=" + microBatch,
            "checkpoint.every=5",
            "distributed.overlap=always",
            WHOLE_FEATURES);
    Path one = temp.resolve("one");
    Path many = temp.resolve("many");
    Trainer.run(config, one, TrainOptions.QUIET, new TinyData());
    List<TrainResult> results = ranks(world, config, many, TrainOptions.QUIET);
    assertThat(results).extracting(TrainResult::steps).containsOnly(8L);
    List<JsonNode> expected = metrics(one);
    List<JsonNode> found = metrics(many);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      for (String key : List.of("loss", "gradient_norm", "accuracy_image", "accuracy_text")) {
        double value = expected.get(i).path(key).asDouble();
        assertThat(found.get(i).path(key).asDouble())
            .as(key + " of line " + i)
            .isCloseTo(value, within(1e-4 * Math.abs(value) + 1e-6));
      }
    }
    sameWeights(many, one);
    assertThat(Files.isDirectory(many.resolve("checkpoints/step-000005"))).isTrue();
  }

  /** Rounding grows a little with every step; a wrong gradient is off by its own size. */
  private static void sameWeights(Path found, Path expected) {
    try (var _ = new StepScope();
        Safetensors a = Safetensors.open(found.resolve("model/model.safetensors"));
        Safetensors b = Safetensors.open(expected.resolve("model/model.safetensors"))) {
      for (String name : b.tensors().keySet()) {
        Tensor difference = a.tensor(name).sub(b.tensor(name)).abs().max();
        assertThat(Tensors.toFloats(difference)[0]).as(name).isLessThan(2e-4f);
      }
    }
  }

  private static List<JsonNode> metrics(Path out) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      lines.add(Json.parse(line));
    }
    return lines;
  }

  @Test
  void aRunGoesOnWithAnotherNumberOfRanks() throws IOException {
    RunConfig config = TinyData.config("late", 9, "batch=12", "checkpoint.every=3", WHOLE_FEATURES);
    Path whole = temp.resolve("whole");
    Trainer.run(config, whole, TrainOptions.QUIET, new TinyData());
    Path moved = temp.resolve("moved");
    TrainOptions stopsAt3 =
        new TrainOptions(Existing.REFUSE, 1, null, List.of(new StopAfter(3)), line -> {});
    assertThatThrownBy(() -> ranks(2, config, moved, stopsAt3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("stopped after 3");
    assertThat(moved.resolve("checkpoints/step-000003")).isDirectory();
    ranks(3, config, moved, TrainOptions.QUIET.with(Existing.RESUME));
    sameWeights(moved, whole);
    JsonNode state = Json.read(moved.resolve("checkpoints/step-000009/state.json"));
    assertThat(state.path("world").asInt()).isEqualTo(3);
    // and back to one process
    RunConfig same = TinyData.config("late", 9, "batch=12", "checkpoint.every=3", WHOLE_FEATURES);
    assertThat(
            Trainer.run(same, moved, TrainOptions.QUIET.with(Existing.RESUME), new TinyData())
                .steps())
        .isEqualTo(9);
  }

  /** Fails right after the checkpoint of a step, as a killed machine would. */
  private record StopAfter(long step) implements TrainListener {
    @Override
    public void onStep(long now, double loss, double speed) {
      if (now > step) {
        throw new IllegalStateException("stopped after " + step);
      }
    }
  }

  /**
   * Changes one weight on the first rank at its first evaluation, as a bit that fell over would.
   */
  private static TrainOptions drifting() {
    return new TrainOptions(
        Existing.REFUSE,
        10,
        (trained, step) -> {
          if (step == 3) {
            try (var _ = new StepScope()) {
              trained.model().parameters().map().values().iterator().next().add_(new Scalar(1e-3));
            }
          }
          return Map.of("r1", (double) step);
        },
        List.of(),
        line -> {});
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "0, 6"})
  void weightsThatDriftApartAreSeenBeforeTheyAreWritten(int every, int seen) {
    Path out = temp.resolve("drifts");
    RunConfig config = TinyData.config("late", 9, "checkpoint.every=" + every, "evaluate.every=3");
    assertThatThrownBy(() -> ranks(2, config, out, drifting()))
        .isInstanceOf(TrainingStopped.class)
        .hasMessage(
            "the weights of rank 1 are no longer those of rank 0 at step "
                + seen
                + ": machines that compute differently cannot train together; there is no"
                + " checkpoint yet");
    assertThat(out.resolve("checkpoints")).doesNotExist();
    JsonNode best = Json.read(out.resolve("best/config.json")).at("/filip/trained/step");
    assertThat(best.asLong()).isEqualTo(3);
  }

  /** Data that ends a run has it written once more: not with weights that drifted. */
  @Test
  void weightsThatDriftedAreNotWrittenWhereTheDataFails() {
    Path out = temp.resolve("drifts");
    RunConfig config = TinyData.config("late", 9, "checkpoint.every=0", "evaluate.every=3");
    assertThatThrownBy(() ->
            ThreadRanks.run(
                2, ranks -> Trainer.run(config, out, drifting(), new PoisonedData(5, true), ranks)))
        .isInstanceOf(TrainingStopped.class)
        .hasMessageContaining("the weights of rank 1 are no longer those of rank 0 at step 4");
    assertThat(out.resolve("checkpoints")).doesNotExist();
  }

  @Test
  void configsThatDifferAreNamed() {
    assertThatThrownBy(() ->
            ThreadRanks.run(
                2,
                ranks -> {
                  RunConfig config =
                      TinyData.config(
                          "late", 5, "optimizer.lr=" + (ranks.isFirst() ? 0.001 : 0.002));
                  return Trainer.run(
                      config, temp.resolve("x"), TrainOptions.QUIET, new TinyData(), ranks);
                }))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "config key optimizer.lr must be the same on all ranks: rank 0 has 0.001, rank 1 has"
                + " 0.002");
  }

  @Test
  void aBatchThatDoesNotDivide() {
    assertThatThrownBy(() -> SourceFeeds.RankShare.requireDivides(64, 3))
        .isInstanceOf(BadInput.class)
        .hasMessage("batch must be a multiple of the 3 processes of the run, got 64");
  }
}
