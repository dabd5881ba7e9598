package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.BatchFeed;
import dev.filip.distributed.Communicator;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tensor.Census;
import dev.filip.text.BpeTokenizer;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that cannot start, or ends early, leaves no weights, no threads and no setting behind. */
class FailedStartTest {
  @TempDir Path temp;
  private Path base = Path.of("");

  @BeforeEach
  void aModelAndARunWithACheckpoint() {
    RunConfig config = TinyData.config("late", 2, "checkpoint.every=1");
    base = temp.resolve("base");
    Trainer.run(config, base, TrainOptions.QUIET, new TinyData());
  }

  /** What must not remain, whatever stops a run. */
  private static void leavesNothing(Class<? extends Exception> type, String said, Run run)
      throws Exception {
    int threads = torch.get_num_threads();
    assertThat(
            Census.left(
                () -> assertThatThrownBy(run::go).isInstanceOf(type).hasMessageContaining(said)))
        .as("native objects left")
        .isZero();
    assertThat(torch.get_num_threads()).isEqualTo(threads);
    for (int tries = 0; tries < 500 && ours().findAny().isPresent(); tries++) {
      Thread.sleep(10);
    }
    assertThat(ours()).as("threads left").isEmpty();
  }

  private static Stream<String> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("filip-tower-") || name.startsWith("filip-kernel-"));
  }

  private interface Run {
    void go() throws Exception;
  }

  private TrainResult start(RunConfig config, FeedFactory data) {
    Path out = temp.resolve("out");
    return Trainer.run(config, out, TrainOptions.QUIET.with(Existing.REPLACE), data);
  }

  /** Where data can fail between opening and the first batch. */
  private enum At {
    PREPROCESSOR,
    OPEN,
    DESCRIBE,
    NEXT
  }

  /** {@link TinyData} that fails. */
  private static final class FailingData extends TinyData {
    private final At at;
    private boolean started;

    FailingData(At at) {
      this.at = at;
    }

    private void fail(At here) throws IOException {
      if (here == at) {
        throw new IOException("the disk is gone");
      }
    }

    private void failUnchecked(At here) {
      try {
        fail(here);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public JsonNode preprocessor(ModelConfig model) {
      failUnchecked(At.PREPROCESSOR);
      return super.preprocessor(model);
    }

    @Override
    public ObjectNode describe() {
      if (started) {
        failUnchecked(At.DESCRIBE);
      }
      return super.describe();
    }

    @Override
    public BatchFeed open(
        RunConfig config,
        ModelConfig model,
        BpeTokenizer tokenizer,
        JsonNode preprocessor,
        @Nullable JsonNode cursor,
        Communicator ranks) {
      failUnchecked(At.OPEN);
      started = true;
      BatchFeed sound = super.open(config, model, tokenizer, preprocessor, cursor, ranks);
      return at == At.NEXT ? new FailingFeed(sound) : sound;
    }
  }

  private record FailingFeed(BatchFeed sound) implements BatchFeed {
    @Override
    public dev.filip.data.TrainBatch next() throws IOException {
      throw new IOException("the disk is gone");
    }

    @Override
    public JsonNode cursor() {
      return sound.cursor();
    }

    @Override
    public String leftOut() {
      return sound.leftOut();
    }

    @Override
    public void close() {
      sound.close();
    }
  }

  @ParameterizedTest
  @EnumSource(At.class)
  void dataThatFails(At at) throws Exception {
    for (String interaction : List.of("late", "both")) {
      RunConfig config = TinyData.config(interaction, 4, "loss.keep_tokens=0.5");
      leavesNothing(
          TrainingStopped.class, "the disk is gone", () -> start(config, new FailingData(at)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "finetune.lora.rank=900, finetune.lora.rank",
    "image_size=10, image_size",
    "'finetune={lora: {rank: 2, towers: [text]}, lock: image};image_size=10', image_size",
  })
  void settingsThatDoNotFitTheModel(String sets, String said) throws Exception {
    RunConfig config = TinyData.config(base.resolve("model"), 4, sets.split(";"));
    leavesNothing(BadInput.class, said, () -> start(config, new TinyData()));
  }

  @ParameterizedTest
  @CsvSource({
    "preprocessor_config.json, {",
    "preprocessor_config.json, '{\"size\": \"small\"}'",
    "tokenizer.json, {",
  })
  void aDamagedModelFolder(String file, String content) throws Exception {
    Path model = base.resolve("model");
    Files.writeString(model.resolve(file), content);
    RunConfig config = TinyData.config(base.resolve("model"), 4, "image_size=12");
    leavesNothing(BadInput.class, "", () -> start(config, new TinyData()));
  }

  private Path checkpoint() {
    return base.resolve("checkpoints/step-000001");
  }

  private TrainResult resume() {
    RunConfig config = TinyData.config("late", 2, "checkpoint.every=1");
    Outputs.delete(base.resolve("checkpoints/step-000002"));
    return Trainer.run(config, base, TrainOptions.QUIET.with(Existing.RESUME), new TinyData());
  }

  @Test
  void aCheckpointWithoutMoments() throws Exception {
    Safetensors.write(checkpoint().resolve("optimizer.safetensors"), Map.of(), Map.of());
    leavesNothing(BadInput.class, "lacks exp_avg", this::resume);
  }

  @Test
  void aCheckpointWithAnotherGeneratorsState() throws Exception {
    Path file = checkpoint().resolve("state.json");
    ObjectNode state = Json.read(file).deepCopy();
    Files.writeString(file, Json.pretty(state.put("random", "AAAA")));
    leavesNothing(RuntimeException.class, "generator state", this::resume);
  }

  @Test
  void aCheckpointWithADamagedModel() throws Exception {
    Files.writeString(checkpoint().resolve("model/preprocessor_config.json"), "{");
    leavesNothing(BadInput.class, "preprocessor_config.json", this::resume);
  }

  @Test
  void aRunThatDivergesOrIsThrownOut() throws Exception {
    RunConfig config = TinyData.config("both", 6, "evaluate.every=3", "checkpoint.every=2");
    leavesNothing(TrainingStopped.class, "not finite", () -> start(config, new PoisonedData(5)));
    Path out = temp.resolve("out");
    TrainOptions failing =
        new TrainOptions(
            Existing.REPLACE,
            1,
            (model, step) -> {
              throw new IOException("no validation");
            },
            List.of(),
            line -> {});
    leavesNothing(
        TrainingStopped.class,
        "no validation",
        () -> Trainer.run(config, out, failing, new TinyData()));
  }

  @Test
  void aRunThatEnds() throws Exception {
    RunConfig config = TinyData.config("both", 6, "optimizer.name=lamb", "micro_batch=4");
    assertThat(Census.left(() -> start(config, new TinyData()))).isZero();
  }
}
