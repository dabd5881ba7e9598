package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.RunConfig;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.Json;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on the CPU whose batches come as a GPU's do: the bits of runs whose batches do not. */
class DeviceWayTest {
  @TempDir Path temp;
  private String shards = "";

  @BeforeEach
  void write() throws IOException {
    shards = TinyShards.write(temp.resolve("shards"), 3);
  }

  @AfterEach
  void plain() {
    System.clearProperty(SessionBuilder.AS_A_DEVICE);
  }

  private TrainResult run(RunConfig config, Path out, boolean device, Existing existing) {
    System.setProperty(SessionBuilder.AS_A_DEVICE, Boolean.toString(device));
    return Trainer.run(
        config, out, TrainOptions.QUIET.with(existing), SourceFeeds.open(config, line -> {}));
  }

  private static void same(Path found, Path expected) throws IOException {
    for (String file : List.of("model/model.safetensors", "metrics.jsonl")) {
      if (file.endsWith(".jsonl")) {
        assertThat(losses(found.resolve(file))).isEqualTo(losses(expected.resolve(file)));
      } else {
        assertThat(found.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
      }
    }
  }

  private static List<Double> losses(Path metrics) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(metrics)) {
      losses.add(Json.parse(line).path("loss").asDouble());
    }
    return losses;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch=8",
        "micro_batch=3",
        "precision=bf16",
        "gradient_checkpointing=true",
        "data.captions_per_image=2"
      })
  void theWeightsAreTheSameBits(String set) throws IOException {
    String positives = set.contains("captions") ? "loss.positives=all" : "loss.positives=own";
    RunConfig config = TinyShards.config(shards, 7, set, positives);
    run(config, temp.resolve("plain"), false, Existing.REFUSE);
    run(config, temp.resolve("device"), true, Existing.REFUSE);
    same(temp.resolve("device"), temp.resolve("plain"));
  }

  /** The batch that waited when the checkpoint was written is not skipped. */
  @Test
  void aRunGoesOnBitEqual() throws IOException {
    RunConfig config = TinyShards.config(shards, 8, "checkpoint.every=3");
    run(config, temp.resolve("plain"), false, Existing.REFUSE);
    Path resumed = temp.resolve("resumed");
    run(config, resumed, true, Existing.REFUSE);
    for (String step : List.of("step-000008", "step-000006")) {
      try (Stream<Path> files = Files.walk(resumed.resolve("checkpoints").resolve(step))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    run(config, resumed, true, Existing.RESUME);
    assertThat(resumed.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(temp.resolve("plain/model/model.safetensors"));
  }

  @Test
  void twoRanksTakeTheirBatchesTogether() throws IOException {
    RunConfig config = TinyShards.config(shards, 9, "checkpoint.every=4", "data.window=12");
    System.setProperty(SessionBuilder.AS_A_DEVICE, "true");
    for (String way : List.of("false", "true")) {
      System.setProperty(SessionBuilder.AS_A_DEVICE, way);
      ThreadRanks.run(
          2,
          ranks ->
              Trainer.run(
                  config,
                  temp.resolve(way),
                  TrainOptions.QUIET,
                  SourceFeeds.open(config, line -> {}),
                  ranks));
    }
    same(temp.resolve("true"), temp.resolve("false"));
  }

  /** The step before is done and kept, as it is where nothing is fetched ahead. */
  @Test
  void dataThatEndsIsSaidAtItsOwnStep() throws IOException {
    List<String> said = new ArrayList<>();
    for (boolean device : new boolean[] {false, true}) {
      RunConfig config = TinyData.config("late", 9);
      Path out = temp.resolve("ends-" + device);
      System.setProperty(SessionBuilder.AS_A_DEVICE, Boolean.toString(device));
      assertThatThrownBy(
              () -> Trainer.run(config, out, TrainOptions.QUIET, new PoisonedData(4, true)))
          .isInstanceOf(TrainingStopped.class)
          .satisfies(e -> said.add(String.valueOf(e.getMessage()).replace(out.toString(), "OUT")));
      assertThat(out.resolve("checkpoints/step-000003")).isDirectory();
    }
    assertThat(said.get(1)).isEqualTo(said.get(0)).contains("step 4");
  }
}
