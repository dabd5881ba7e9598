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

/**
 * Ranks as real processes: a run of two, one of them killed, and the run resumed with three; and
 * over real shards with two again, bit-equal to a run never killed.
 */
class KilledRankTest {
  private static final int STEPS = 40;
  private static final int TIMEOUT_SECONDS = 30;
  @TempDir Path temp;

  /** On made data, or on real shards where a folder is given. */
  private static RunConfig config(String shards) {
    String[] sets = {"batch=12", "checkpoint.every=5", "distributed.overlap=always"};
    return shards.isEmpty()
        ? TinyData.config("late", STEPS, sets)
        : TinyShards.config(shards, STEPS, sets);
  }

  /**
   * One rank, as the command line runs it: folder, pause of a step in ms, what may be there,
   * shards.
   */
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
        if (args[3].isEmpty()) {
          Trainer.run(config(""), Path.of(args[0]), options, new TinyData(), ranks);
        } else {
          Trainer.run(config(args[3]), Path.of(args[0]), options, ranks);
        }
      } catch (LostPeer e) {
        System.err.println("filip: " + e.getMessage());
        System.exit(1);
      }
    }
  }

  private static List<String> arguments(Path out, int pause, Existing existing, String shards) {
    return List.of(out.toString(), Integer.toString(pause), existing.toString(), shards);
  }

  /** Runs so many ranks to their end. */
  private static void runAll(int world, Path out, Existing existing, String shards)
      throws IOException {
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    LocalRanks.Ended ended =
        new LocalRanks(
                OwnJava.command(
                    List.of(), Child.class.getName(), arguments(out, 0, existing, shards)),
                new PrintStream(words, true, StandardCharsets.UTF_8),
                Duration.ofSeconds(TIMEOUT_SECONDS))
            .run(world);
    assertThat(ended).as(words.toString(StandardCharsets.UTF_8)).extracting("code").isEqualTo(0);
  }

  @Test
  void aKilledRankEndsTheOtherAndAnotherNumberGoesOn() throws Exception {
    Path out = temp.resolve("run");
    int port = ThreadRanks.freePort();
    ChildRun run = start(RankEnvironment.local(0, 2, port), out, "");
    Process first = run.process();
    Process second = start(RankEnvironment.local(1, 2, port), out, "").process();
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
    runAll(3, out, Existing.RESUME, "");
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

  /** SIGKILL of the rank that writes; the other one ends by itself. */
  @Test
  void twoRanksOverRealShardsGoOnBitEqual() throws Exception {
    String shards = TinyShards.write(temp.resolve("shards"));
    Path out = temp.resolve("run");
    int port = ThreadRanks.freePort();
    ChildRun run = start(RankEnvironment.local(0, 2, port), out, shards);
    Process second = start(RankEnvironment.local(1, 2, port), out, shards).process();
    try {
      run.awaitCheckpoint(out.resolve("checkpoints/step-000010"));
      run.process().destroyForcibly().waitFor();
      assertThat(second.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(second.exitValue()).isEqualTo(1);
    } finally {
      run.process().destroyForcibly().waitFor();
      second.destroyForcibly().waitFor();
    }
    assertThat(out.resolve("model")).doesNotExist(); // it was hit before its end
    runAll(2, out, Existing.RESUME, shards);
    Path whole = temp.resolve("whole");
    runAll(2, whole, Existing.REFUSE, shards);
    assertThat(out.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
    assertThat(out.resolve("checkpoints/step-000040/optimizer.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("checkpoints/step-000040/optimizer.safetensors"));
  }

  private ChildRun start(RankEnvironment rank, Path out, String shards) throws IOException {
    Path log = temp.resolve("rank-" + rank.rank() + ".log");
    return ChildRun.start(
        Child.class, arguments(out, 40, Existing.REFUSE, shards), rank.variables(), log);
  }

  /** Our own lines, without the JVM's and libtorch's. */
  private List<String> said(int rank) throws IOException {
    return Files.readAllLines(temp.resolve("rank-" + rank + ".log")).stream()
        .filter(line -> line.startsWith("filip:") || line.contains("Exception"))
        .toList();
  }
}
