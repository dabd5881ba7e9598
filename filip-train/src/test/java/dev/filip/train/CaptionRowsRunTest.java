package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.RunConfig;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.Json;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs over real shards in which several captions of an image are rows of its batch. */
class CaptionRowsRunTest {
  @TempDir Path temp;
  private String shards = "";

  @BeforeEach
  void write() throws IOException {
    shards = TinyShards.write(temp.resolve("shards"), 3);
  }

  private RunConfig config(int steps, String... sets) {
    return TinyShards.config(
        shards,
        steps,
        Stream.concat(
                Stream.of(
                    "batch=12",
                    "data.captions_per_image=3",
                    "loss={positives: all, feature_precision: fp32}"),
                Stream.of(sets))
            .toArray(String[]::new));
  }

  private static TrainResult run(RunConfig config, Path out) {
    return Trainer.run(config, out, TrainOptions.QUIET, SourceFeeds.open(config, line -> {}));
  }

  private static List<JsonNode> metrics(Path out) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      lines.add(Json.parse(line));
    }
    return lines;
  }

  private static void same(Path found, Path expected) throws IOException {
    List<JsonNode> a = metrics(found);
    List<JsonNode> b = metrics(expected);
    assertThat(a).hasSameSizeAs(b).isNotEmpty();
    for (int i = 0; i < b.size(); i++) {
      for (String key : List.of("loss", "gradient_norm", "accuracy_image", "accuracy_text")) {
        double value = b.get(i).path(key).asDouble();
        assertThat(a.get(i).path(key).asDouble())
            .as(key + " of line " + i)
            .isCloseTo(value, within(1e-4 * Math.abs(value) + 1e-6));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"late", "global", "both"})
  void twoProcessesAndSmallPartsTrainTheSame(String interaction) throws IOException {
    String kind = "interaction=" + interaction;
    Path one = temp.resolve("one");
    run(config(11, kind), one);
    Path parts = temp.resolve("parts");
    run(config(11, kind, "micro_batch=5"), parts);
    same(parts, one);
    Path two = temp.resolve("two");
    RunConfig config = config(11, kind, "distributed.overlap=always");
    ThreadRanks.run(
        2,
        ranks ->
            Trainer.run(
                config, two, TrainOptions.QUIET, SourceFeeds.open(config, line -> {}), ranks));
    same(two, one);
  }

  /** A pair by itself would take its image's other captions for wrong answers: another loss. */
  @Test
  void anEpochCountsImages() throws IOException {
    RunConfig epoch = config(1, "epochs=0.12");
    assertThat(run(epoch, temp.resolve("epoch")).steps()).isEqualTo(3); // 12 images, 36 rows
    RunConfig single = config(1, "epochs=0.12", "data.captions_per_image=1", "loss.positives=own");
    assertThat(run(single, temp.resolve("single")).steps()).isEqualTo(1);
  }

  @Test
  void aRunGoesOnBitEqual() throws IOException {
    RunConfig config = config(8, "checkpoint.every=4");
    Path whole = temp.resolve("whole");
    run(config, whole);
    Path resumed = temp.resolve("resumed");
    run(config, resumed);
    Path last = resumed.resolve("checkpoints/step-000008");
    try (Stream<Path> files = Files.walk(last)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    Trainer.run(
        config,
        resumed,
        TrainOptions.QUIET.with(Existing.RESUME),
        SourceFeeds.open(config, line -> {}));
    assertThat(resumed.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
  }
}
