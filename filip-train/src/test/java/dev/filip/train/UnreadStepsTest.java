package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.io.Json;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on the CPU with a GPU's loss, whose numbers are read in logged steps alone. */
class UnreadStepsTest {
  @TempDir Path temp;

  @BeforeEach
  void asOnADevice() {
    System.setProperty(SessionBuilder.LOSS_AS_ON_A_DEVICE, "true");
  }

  @AfterEach
  void plain() {
    System.clearProperty(SessionBuilder.LOSS_AS_ON_A_DEVICE);
  }

  /** Steps and the losses shown for them. */
  private record Shown(List<Double> losses) implements TrainListener {
    @Override
    public void onStep(long step, double loss, double imagesPerSecond) {
      losses.add(loss);
    }
  }

  private static TrainOptions every(int log, List<Double> shown) {
    return new TrainOptions(Existing.REPLACE, log, null, List.of(new Shown(shown)), line -> {});
  }

  private List<Double> losses(String run) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(temp.resolve(run).resolve("metrics.jsonl"))) {
      losses.add(Json.parse(line).path("loss").asDouble());
    }
    return losses;
  }

  @ParameterizedTest
  @ValueSource(strings = {"late", "global", "both"})
  void trainLikeThoseThatAreRead(String interaction) throws IOException {
    List<Double> shown = new ArrayList<>();
    var config = TinyData.config(interaction, 10);
    Trainer.run(config, temp.resolve("device"), every(5, shown), new TinyData());
    assertThat(shown).hasSize(10);
    assertThat(shown.get(2)).isEqualTo(shown.get(0)); // steps 2 to 4 were not read
    System.clearProperty(SessionBuilder.LOSS_AS_ON_A_DEVICE);
    Trainer.run(config, temp.resolve("plain"), every(5, new ArrayList<>()), new TinyData());
    List<Double> expected = losses("plain");
    List<Double> found = losses("device");
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isCloseTo(expected.get(i), within(2e-4));
    }
  }

  /** NaN comes in at step 4; nobody looks before the checkpoint of step 6, which is not written. */
  @Test
  void weightsThatWentBadAreNeverWritten() {
    var config = TinyData.config("late", 9, "checkpoint.every=3");
    Path out = temp.resolve("bad");
    assertThatThrownBy(
            () -> Trainer.run(config, out, every(100, new ArrayList<>()), new PoisonedData(4)))
        .isInstanceOf(TrainingStopped.class)
        .hasMessageContaining("not finite")
        .hasMessageContaining("at step 6")
        .hasMessageContaining("step-000003");
    assertThat(out.resolve("checkpoints/step-000003")).isDirectory();
    assertThat(out.resolve("checkpoints/step-000006")).doesNotExist();
  }

  /** The same, looked at in every step: it ends there, and with the numbers of that step. */
  @Test
  void aLoggedStepThatGoesBadEndsTheRunAtOnce() {
    var config = TinyData.config("late", 9, "checkpoint.every=3");
    Path out = temp.resolve("seen");
    assertThatThrownBy(
            () -> Trainer.run(config, out, every(1, new ArrayList<>()), new PoisonedData(4)))
        .isInstanceOf(TrainingStopped.class)
        .hasMessageContaining("not finite")
        .hasMessageContaining("at step 4")
        .hasMessageContaining("step-000003");
  }
}
