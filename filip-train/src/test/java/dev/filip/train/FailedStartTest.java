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
import dev.filip.tensor.Census;
import dev.filip.text.BpeTokenizer;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that cannot start, or ends early, leaves no weights, no threads and no setting behind. */
class FailedStartTest {
  @Test
  void nothingIsLeftBehind(@TempDir Path temp) throws Exception {
    assertThat(Census.left(Runs.class, temp))
        .hasSizeGreaterThan(15)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
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

  /**
   * Every way that a run ends badly, each on a copy of a run with two checkpoints; and whole ones.
   */
  private static final class Runs implements Census.Scenarios {
    private final Map<String, Census.Work> works = new LinkedHashMap<>();
    private Path folder = Path.of("");
    private Path base = Path.of("");

    @Override
    public Map<String, Census.Work> in(Path temp) throws IOException {
      folder = temp;
      base = temp.resolve("base");
      Trainer.run(
          TinyData.config("late", 2, "checkpoint.every=1"),
          base,
          TrainOptions.QUIET,
          new TinyData());
      data();
      settings();
      modelFolders();
      checkpoints();
      ends();
      return works;
    }

    /** Adds one that must fail so. */
    private void fails(String name, Class<? extends Exception> type, String said, Run run) {
      works.put(
          name,
          () -> {
            int threads = torch.get_num_threads();
            assertThatThrownBy(run::go).isInstanceOf(type).hasMessageContaining(said);
            assertThat(torch.get_num_threads()).isEqualTo(threads);
            for (int tries = 0; tries < 500 && ours().findAny().isPresent(); tries++) {
              Thread.sleep(10);
            }
            assertThat(ours()).as("threads left").isEmpty();
          });
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
      Path out = folder.resolve("out");
      return Trainer.run(config, out, TrainOptions.QUIET.with(Existing.REPLACE), data);
    }

    private void data() {
      RunConfig late = TinyData.config("late", 4, "loss.keep_tokens=0.5");
      RunConfig both = TinyData.config("both", 4, "optimizer.name=lamb");
      for (At at : At.values()) {
        String gone = "the disk is gone";
        fails("data: " + at, TrainingStopped.class, gone, () -> start(late, new FailingData(at)));
        fails("lamb: " + at, TrainingStopped.class, gone, () -> start(both, new FailingData(at)));
      }
    }

    private void settings() {
      for (String sets :
          List.of(
              "finetune.lora.rank=900",
              "image_size=10",
              "finetune={lora: {rank: 2, towers: [text]}, lock: image};image_size=10")) {
        RunConfig config = TinyData.config(base.resolve("model"), 4, sets.split(";"));
        fails(sets, BadInput.class, "must be", () -> start(config, new TinyData()));
      }
    }

    private Path copy(String name) throws IOException {
      Path copy = folder.resolve(name);
      try (Stream<Path> files = Files.walk(base)) {
        for (Path file : files.toList()) {
          Files.copy(file, copy.resolve(base.relativize(file)));
        }
      }
      return copy;
    }

    private void modelFolders() throws IOException {
      for (String file : List.of("preprocessor_config.json", "tokenizer.json", "config.json")) {
        Path model = copy("damaged " + file).resolve("model");
        RunConfig config = TinyData.config(model, 4, "image_size=12");
        Files.writeString(model.resolve(file), "{");
        fails("model: " + file, BadInput.class, file, () -> start(config, new TinyData()));
      }
      Path model = copy("sizes").resolve("model");
      Files.writeString(model.resolve("preprocessor_config.json"), "{\"size\": \"small\"}");
      RunConfig config = TinyData.config(model, 4, "image_size=12");
      fails("model: pixels", BadInput.class, "", () -> start(config, new TinyData()));
    }

    /** Damage that no sum of the files tells. */
    private void checkpoints() throws IOException {
      Path moments = copy("moments");
      Files.delete(newest(moments).resolve("optimizer.safetensors"));
      resumes("no moments", BadInput.class, "there is no such file", moments);
      Path empty = copy("empty");
      Safetensors.write(newest(empty).resolve("optimizer.safetensors"), Map.of(), Map.of());
      resumes("empty moments", BadInput.class, "lacks exp_avg", empty);
      Path random = copy("random");
      Path file = newest(random).resolve("state.json");
      ObjectNode state = Json.read(file).deepCopy();
      Files.writeString(file, Json.pretty(state.put("random", "AAAA")));
      resumes("generator", RuntimeException.class, "generator state", random);
      Path model = copy("model");
      Files.writeString(newest(model).resolve("model/preprocessor_config.json"), "{");
      resumes("its model", BadInput.class, "preprocessor_config.json", model);
    }

    private static Path newest(Path run) {
      return run.resolve("checkpoints/step-000002");
    }

    private void resumes(String name, Class<? extends Exception> type, String said, Path run)
        throws IOException {
      Files.delete(newest(run).resolve(Checksums.FILE));
      Checksums.write(newest(run));
      fails(name, type, said, () -> resume(run));
    }

    private static TrainResult resume(Path run) {
      RunConfig config = TinyData.config("late", 2, "checkpoint.every=1");
      return Trainer.run(config, run, TrainOptions.QUIET.with(Existing.RESUME), new TinyData());
    }

    private void ends() throws IOException {
      RunConfig config = TinyData.config("both", 6, "evaluate.every=3", "checkpoint.every=2");
      fails(
          "diverged",
          TrainingStopped.class,
          "not finite",
          () -> start(config, new PoisonedData(5)));
      fails("unjudged", TrainingStopped.class, "no validation", () -> judged(config, null));
      works.put("judged", () -> judged(config, 0.5));
      works.put(
          "checkpointing and parts",
          () ->
              start(
                  TinyData.config(
                      "both",
                      6,
                      "optimizer.name=lamb",
                      "micro_batch=4",
                      "gradient_checkpointing=true"),
                  new TinyData()));
      works.put(
          "adapters",
          () ->
              start(
                  TinyData.config(base.resolve("model"), 3, "finetune={lora: {rank: 2}}"),
                  new TinyData()));
      Path done = copy("done");
      works.put("resumed at its end", () -> resume(done));
    }

    private TrainResult judged(RunConfig config, @Nullable Double score) {
      TrainOptions.Evaluator evaluator =
          (model, step) -> {
            if (score == null) {
              throw new IOException("no validation");
            }
            return Map.of(config.evaluate().keepBest(), score);
          };
      Path out = folder.resolve("out");
      return Trainer.run(
          config,
          out,
          new TrainOptions(Existing.REPLACE, 1, evaluator, List.of(), line -> {}),
          new TinyData());
    }
  }
}
