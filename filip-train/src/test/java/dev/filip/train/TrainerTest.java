package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.RunConfig;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"late", "global", "both"})
  void aRunLearnsAndWritesAllItPromises(String interaction) throws IOException {
    Path out = temp.resolve("run");
    TrainResult result = run(TinyData.config(interaction, 60), out, TrainOptions.QUIET);
    List<JsonNode> lines = metrics(out);
    double first = lines.getFirst().path("loss").asDouble();
    assertThat(lines)
        .extracting(line -> line.path("step").asInt())
        .containsExactly(1, 10, 20, 30, 40, 50, 60);
    assertThat(lines.getLast().path("loss").asDouble()).isLessThan(0.6 * first);
    assertThat(lines.getLast().fieldNames())
        .toIterable()
        .contains("lr", "logit_scale", "images_per_second", "gradient_norm", "parameter_norm")
        .contains("update_norm", "accuracy_image", "accuracy_text", "seconds_backward");
    assertThat(lines.getLast().has("word_entropy")).isEqualTo(!interaction.equals("global"));
    assertThat(result.steps()).isEqualTo(60);
    assertThat(result.interrupted()).isFalse();
    assertThat(files(out.resolve("events"))).hasSize(1);
    assertThat(out.resolve("config.yaml")).content().contains("batch: 8");
    try (var loaded = ModelFolder.load(out.resolve("model"))) {
      assertThat(loaded.config().interaction().name()).isEqualToIgnoringCase(interaction);
      assertThat(loaded.trained().path("step").asInt()).isEqualTo(60);
    }
  }

  @Test
  void aStoppedRunGoesOnBitEqualAndRepeatsNoLine() throws IOException {
    RunConfig config = TinyData.config("late", 40, "checkpoint.every=7", "checkpoint.keep=2");
    run(config, temp.resolve("whole"), TrainOptions.QUIET);
    Path broken = temp.resolve("broken");
    TrainListener bomb = new Bomb(25);
    assertThatThrownBy(() -> run(config, broken, with(bomb)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(files(broken.resolve("checkpoints"))).containsExactly("step-000014", "step-000021");
    run(config, broken, TrainOptions.QUIET.with(Existing.RESUME));
    assertThat(weights(broken)).isEqualTo(weights(temp.resolve("whole")));
    assertThat(metrics(broken))
        .extracting(line -> line.path("step").asInt())
        .containsExactly(1, 10, 20, 30, 40);
    assertThat(losses(broken)).isEqualTo(losses(temp.resolve("whole")));
    assertThat(files(broken.resolve("events"))).hasSize(2);
  }

  @Test
  void lambResumesBitEqualToo() throws IOException {
    RunConfig config = TinyData.config("global", 12, "optimizer.name=lamb", "checkpoint.every=5");
    run(config, temp.resolve("whole"), TrainOptions.QUIET);
    Path broken = temp.resolve("broken");
    assertThatThrownBy(() -> run(config, broken, with(new Bomb(8))))
        .isInstanceOf(IllegalStateException.class);
    run(config, broken, TrainOptions.QUIET.with(Existing.RESUME));
    assertThat(weights(broken)).isEqualTo(weights(temp.resolve("whole")));
  }

  @Test
  void theBestEvaluationIsKept() throws IOException {
    RunConfig config = TinyData.config("late", 30, "evaluate.every=10");
    double[] scores = {0.2, 0.7, 0.4};
    int[] call = {0};
    TrainOptions.Evaluator evaluator =
        (_, step) -> {
          assertThat(step).isEqualTo((call[0] + 1) * 10L);
          return Map.of("r1", scores[call[0]++]);
        };
    TrainOptions options = new TrainOptions(Existing.REFUSE, 10, evaluator, List.of(), line -> {});
    TrainResult result = run(config, temp.resolve("run"), options);
    assertThat(result.best()).isEqualTo(new TrainResult.Best("r1", 0.7, 20));
    JsonNode card = Json.read(temp.resolve("run/best/config.json"));
    assertThat(card.path("filip").path("trained").path("step").asInt()).isEqualTo(20);
    assertThat(metrics(temp.resolve("run")))
        .anyMatch(line -> line.path("evaluation").path("r1").asDouble() == 0.7);
  }

  @Test
  void aRunThatEndedBeforeItsStartIsNotInTheWay() throws IOException {
    Path out = temp.resolve("run");
    Files.createDirectories(out);
    Files.writeString(out.resolve("config.yaml"), "");
    RunFolder folder = new RunFolder(out);
    assertThat(folder.worthKeeping()).isTrue(); // no run of ours: whose config is it?
    Files.writeString(out.resolve("lock"), "");
    assertThat(folder.worthKeeping()).isFalse();
    assertThat(folder.used()).isTrue();
    Files.writeString(out.resolve("metrics.jsonl"), "");
    assertThat(folder.worthKeeping()).isTrue();
  }

  @Test
  void whatIsNoRunIsCalledWhatItIs() throws IOException {
    RunConfig config = TinyData.config("global", 2);
    Path file = Files.writeString(temp.resolve("file"), "precious");
    for (Existing existing : Existing.values()) {
      assertThatThrownBy(() -> run(config, file, TrainOptions.QUIET.with(existing)))
          .isInstanceOf(BadInput.class)
          .hasMessage("output " + file + " is a file, not a folder: give another name");
    }
    Path mine = Files.createDirectory(temp.resolve("mine"));
    Files.writeString(mine.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> run(config, mine, TrainOptions.QUIET))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("holds files that are not of a run: give another name");
    Path model = Files.createDirectory(mine.resolve("model"));
    for (Existing existing : List.of(Existing.REFUSE, Existing.REPLACE)) {
      assertThatThrownBy(() -> run(config, mine, TrainOptions.QUIET.with(existing)))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("holds model, but no run of ours wrote it")
          .hasMessageContaining("not replaced, even with --force");
    }
    Files.delete(model);
    run(config, mine, TrainOptions.QUIET.with(Existing.REPLACE));
    run(config, mine, TrainOptions.QUIET.with(Existing.REPLACE));
    assertThat(mine.resolve("thesis.txt")).hasContent("precious");
    assertThat(model).isDirectory();
  }

  @Test
  void anExistingRunIsRefusedReplacedOrLeftAsTold() throws IOException {
    RunConfig config = TinyData.config("global", 2);
    Path out = temp.resolve("run");
    run(config, out, TrainOptions.QUIET);
    assertThatThrownBy(() -> run(config, out, TrainOptions.QUIET))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("holds a run already");
    run(config, out, TrainOptions.QUIET.with(Existing.NEXT_FREE));
    assertThat(temp.resolve("run-2/model")).isDirectory();
    run(config, out, TrainOptions.QUIET.with(Existing.REPLACE));
    assertThat(metrics(out)).hasSize(2);
    assertThatThrownBy(
            () -> run(config, temp.resolve("none"), TrainOptions.QUIET.with(Existing.RESUME)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("there is no run");
  }

  @Test
  void resumingWithAnotherConfigNamesTheKey() {
    run(TinyData.config("global", 2), temp.resolve("run"), TrainOptions.QUIET);
    assertThatThrownBy(() ->
            run(
                TinyData.config("global", 3),
                temp.resolve("run"),
                TrainOptions.QUIET.with(Existing.RESUME)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("config key steps differs");
  }

  @Test
  void aLossThatIsNotFiniteStopsWithStepCheckpointAndCause() {
    RunConfig config = TinyData.config("late", 40, "checkpoint.every=5", "checkpoint.keep=1");
    Path out = temp.resolve("run");
    FeedFactory data = new PoisonedData(13);
    assertThatThrownBy(() -> Trainer.run(config, out, TrainOptions.QUIET, data))
        .isInstanceOf(TrainingStopped.class)
        .hasMessageContaining("not finite")
        .hasMessageContaining("at step 13")
        .hasMessageContaining("step-000010")
        .hasMessageContaining("likely cause: an image of the batch")
        .hasMessageNotContaining("\n");
    var ended = Json.read(out.resolve("ended.json"));
    assertThat(ended.path("outcome").asText()).isEqualTo("diverged");
    assertThat(ended.path("reason").asText()).contains("at step 13");
  }

  @Test
  void howARunEndedStandsInItsFolder() {
    Path out = temp.resolve("run");
    run(TinyData.config("global", 2), out, TrainOptions.QUIET);
    var ended = Json.read(out.resolve("ended.json"));
    assertThat(ended.path("outcome").asText()).isEqualTo("done");
  }

  static TrainOptions with(TrainListener listener) {
    return new TrainOptions(Existing.REFUSE, 10, null, List.of(listener), line -> {});
  }

  private static TrainResult run(RunConfig config, Path out, TrainOptions options) {
    return Trainer.run(config, out, options, new TinyData());
  }

  private static byte[] weights(Path out) throws IOException {
    return Files.readAllBytes(out.resolve("model/model.safetensors"));
  }

  private static List<JsonNode> metrics(Path out) throws IOException {
    return Files.readAllLines(out.resolve("metrics.jsonl")).stream().map(Json::parse).toList();
  }

  private static List<Double> losses(Path out) throws IOException {
    return metrics(out).stream().map(line -> line.path("loss").asDouble()).toList();
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Ends a run in the middle, as a crash in Java would. */
  private record Bomb(long at) implements TrainListener {
    @Override
    public void onStep(long step, double loss, double imagesPerSecond) {
      if (step == at) {
        throw new IllegalStateException("bomb");
      }
    }
  }
}
