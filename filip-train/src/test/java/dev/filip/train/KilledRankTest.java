package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.RunConfig;
import dev.filip.distributed.LocalRanks;
import dev.filip.distributed.LostPeer;
import dev.filip.distributed.RankEnvironment;
import dev.filip.distributed.Ranks;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.Json;
import dev.filip.io.OwnJava;
import dev.filip.tensor.Natives;
import dev.filip.train.TrainOptions.Existing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks as real processes: a run of two, one of them killed, and the run resumed with three. */
class KilledRankTest {
  private static final int STEPS = 40;
  private static final int TIMEOUT_SECONDS = 30;
  @TempDir Path temp;

  private static RunConfig config() {
    return TinyData.config(
        "late", STEPS, "batch=12", "checkpoint.every=5", "distributed.overlap=always");
  }

  /** One rank, as the command line runs it: folder, pause of a step in ms, what may be there. */
  static final class Child {
    public static void main(String[] args) {
      Natives.load();
      RankEnvironment here = RankEnvironment.of(System.getenv()).orElseThrow();
      TrainListener slow =
          new TrainListener() {
            @Override
            public void onStep(long step, double loss, double imagesPerSecond) {
              try {
                Thread.sleep(Long.parseLong(args[1]));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          };
      TrainOptions options = TrainerTest.with(slow).with(Existing.valueOf(args[2]));
      try (Ranks ranks = Ranks.join(here, TIMEOUT_SECONDS)) {
        Trainer.run(config(), Path.of(args[0]), options, new TinyData(), ranks);
      } catch (LostPeer e) {
        System.err.println("filip: " + e.getMessage());
        System.exit(1);
      }
    }
  }

  private static List<String> arguments(Path out, int pause, Existing existing) {
    return List.of(out.toString(), Integer.toString(pause), existing.toString());
  }

  @Test
  void aKilledRankEndsTheOtherAndAnotherNumberGoesOn() throws Exception {
    Path out = temp.resolve("run");
    int port = ThreadRanks.freePort();
    ChildRun run = start(RankEnvironment.local(0, 2, port), out);
    Process first = run.process();
    Process second = start(RankEnvironment.local(1, 2, port), out).process();
    try {
      run.awaitCheckpoint(out.resolve("checkpoints/step-000005"));
      second.destroyForcibly();
      assertThat(first.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(first.exitValue()).isEqualTo(1);
      assertThat(said(0))
          .singleElement()
          .asString()
          .startsWith("filip: another rank is lost: ")
          .contains("; last good checkpoint: " + out.resolve("checkpoints"));
    } finally {
      first.destroyForcibly().waitFor();
      second.destroyForcibly().waitFor();
    }
    assertThat(out.resolve("model")).doesNotExist();
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    LocalRanks.Ended ended =
        new LocalRanks(
                OwnJava.command(
                    List.of(), Child.class.getName(), arguments(out, 0, Existing.RESUME)),
                new PrintStream(words, true, StandardCharsets.UTF_8),
                Duration.ofSeconds(TIMEOUT_SECONDS))
            .run(3);
    assertThat(ended).as(words.toString(StandardCharsets.UTF_8)).extracting("code").isEqualTo(0);
    assertThat(out.resolve("model/model.safetensors")).isNotEmptyFile();
    JsonNode state = Json.read(out.resolve("checkpoints/step-000040/state.json"));
    assertThat(state.path("world").asInt()).isEqualTo(3);
    // every step is there once: what was done after the last checkpoint was done again
    List<Long> steps = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      steps.add(Json.parse(line).path("step").asLong());
    }
    assertThat(steps).doesNotHaveDuplicates().isSorted().endsWith((long) STEPS);
  }

  private ChildRun start(RankEnvironment rank, Path out) throws IOException {
    Path log = temp.resolve("rank-" + rank.rank() + ".log");
    return ChildRun.start(Child.class, arguments(out, 40, Existing.REFUSE), rank.variables(), log);
  }

  /** Our own lines, without the JVM's and libtorch's. */
  private List<String> said(int rank) throws IOException {
    return Files.readAllLines(temp.resolve("rank-" + rank + ".log")).stream()
        .filter(line -> line.startsWith("filip:") || line.contains("Exception"))
        .toList();
  }
}
