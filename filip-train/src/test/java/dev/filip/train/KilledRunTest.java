package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.RunConfig;
import dev.filip.io.BadInput;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills a training process for real, resumes it, and compares with a run never killed. */
class KilledRunTest {
  private static final int STEPS = 70;
  @TempDir Path temp;

  /** On made data, or on real shards where a folder is given. */
  private static RunConfig config(String shards) {
    // 36 samples in batches of 8: no checkpoint falls on the end of an epoch
    return shards.isEmpty()
        ? TinyData.config("late", STEPS, "checkpoint.every=7", "checkpoint.keep=2")
        : TinyShards.config(shards, STEPS, "checkpoint.every=7", "checkpoint.keep=2");
  }

  private static void run(String shards, Path out, TrainOptions options) {
    if (shards.isEmpty()) {
      Trainer.run(config(shards), out, options, new TinyData());
    } else {
      Trainer.run(config(shards), out, options);
    }
  }

  /** The process that is killed: trains into the folder given, slowly enough to be hit. */
  static final class Child {
    public static void main(String[] args) {
      TrainListener slow =
          new TrainListener() {
            @Override
            public void onStep(long step, double loss, double imagesPerSecond) {
              try {
                Thread.sleep(20);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          };
      run(args[1], Path.of(args[0]), TrainerTest.with(slow));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterKill9ResumeEqualsARunNeverKilled(boolean real) throws Exception {
    String shards = real ? TinyShards.write(temp.resolve("shards")) : "";
    Path killed = temp.resolve("killed");
    ChildRun run = start(killed, shards);
    Process child = run.process();
    try {
      run.awaitCheckpoint(killed.resolve("checkpoints/step-000014"));
      assertThatThrownBy(() -> RunFolder.RunLock.take(killed)) // by another process this time
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("in use by another run");
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(killed.resolve("model")).doesNotExist(); // it was hit before its end
    run(shards, killed, TrainOptions.QUIET.with(Existing.RESUME));
    Path whole = temp.resolve("whole");
    run(shards, whole, TrainOptions.QUIET);
    assertThat(sha256(killed)).isEqualTo(sha256(whole));
    List<String> lines = Files.readAllLines(killed.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(Files.readAllLines(whole.resolve("metrics.jsonl")).size());
  }

  @Test
  void aPoliteKillLeavesACheckpointOfTheStepItStoppedAt() throws Exception {
    Path stopped = temp.resolve("stopped");
    ChildRun run = start(stopped, "");
    Process child = run.process();
    try {
      run.awaitCheckpoint(stopped.resolve("checkpoints/step-000007"));
      child.destroy();
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly().waitFor();
    }
    Path latest = new Checkpoints(stopped.resolve("checkpoints"), 2).latest().orElseThrow();
    RunState state = RunState.read(latest.resolve("state.json"));
    assertThat(state.step()).isBetween(8L, STEPS - 1L);
    assertThat(state.cursor().path("given").asLong()).isEqualTo(state.step());
    assertThat(stopped.resolve("model")).doesNotExist();
  }

  private ChildRun start(Path out, String shards) throws IOException {
    return ChildRun.start(
        Child.class, List.of(out.toString(), shards), Map.of(), temp.resolve("child.log"));
  }

  private static String sha256(Path out) throws IOException, NoSuchAlgorithmException {
    byte[] bytes = Files.readAllBytes(out.resolve("model/model.safetensors"));
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
