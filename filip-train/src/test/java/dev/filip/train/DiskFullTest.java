package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.RunConfig;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing fails in the middle of a run: one line, and what was written before stays whole. */
class DiskFullTest {
  @TempDir Path temp;

  /** As a writer on a full disk fails: the folder for new checkpoints becomes a file. */
  @Test
  void aCheckpointThatCannotBeWrittenStopsTheRunWithOneLine() {
    RunConfig config = TinyData.config("global", 20, "checkpoint.every=5");
    Path out = temp.resolve("run");
    TrainListener saboteur =
        new TrainListener() {
          @Override
          public void onStep(long step, double loss, double imagesPerSecond) throws IOException {
            if (step == 8) {
              Files.move(out.resolve("checkpoints"), out.resolve("moved"));
              Files.writeString(out.resolve("checkpoints"), "in the way");
            }
          }
        };
    assertThatThrownBy(() -> Trainer.run(config, out, TrainerTest.with(saboteur), new TinyData()))
        .isInstanceOf(TrainingStopped.class)
        .hasMessageStartingWith("cannot write checkpoint of step 10")
        .hasMessageNotContaining("\n");
    assertThat(out.resolve("moved/step-000005/model/model.safetensors")).exists();
  }

  @Test
  void metricsThatCannotBeWrittenNameTheLastGoodCheckpoint() {
    RunConfig config = TinyData.config("global", 20, "checkpoint.every=5");
    Path out = temp.resolve("run");
    TrainListener full =
        new TrainListener() {
          @Override
          public void onMetrics(StepMetrics metrics) throws IOException {
            if (metrics.step() == 10) {
              throw new IOException("No space left on device");
            }
          }
        };
    assertThatThrownBy(() -> Trainer.run(config, out, TrainerTest.with(full), new TinyData()))
        .isInstanceOf(TrainingStopped.class)
        .hasMessage(
            "cannot write metrics of step 10: No space left on device; last good checkpoint: "
                + out.resolve("checkpoints/step-000005"));
    Trainer.run(config, out, TrainOptions.QUIET.with(Existing.RESUME), new TinyData());
    assertThat(out.resolve("model/model.safetensors")).exists();
  }

  /** The real thing, where this process may mount a small file system. */
  @Test
  void aFullDiskLeavesTheLastGoodCheckpointWhole() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()) == 0,
        "no right to mount a small tmpfs here");
    try {
      RunConfig config =
          TinyData.config("global", 400, "checkpoint.every=2", "checkpoint.keep=1000");
      Path out = disk.resolve("run");
      assertThatThrownBy(() -> Trainer.run(config, out, TrainOptions.QUIET, new TinyData()))
          .isInstanceOf(TrainingStopped.class)
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("last good checkpoint: " + out.resolve("checkpoints/step-"))
          .hasMessageNotContaining("\n");
      Path latest = new Checkpoints(out.resolve("checkpoints"), 1).latest().orElseThrow();
      RunState state = RunState.read(latest.resolve("state.json"));
      assertThat(state.step()).isPositive().isLessThan(400);
      dev.filip.checkpoint.ModelFolder.load(latest.resolve("model")).close();
    } finally {
      run("umount", disk.toString());
    }
  }

  private static int run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } catch (IOException missing) {
      return -1;
    }
  }
}
