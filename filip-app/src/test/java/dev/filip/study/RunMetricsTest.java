package dev.filip.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMetricsTest {
  @TempDir Path temp;

  @Test
  void warmUpIsLeftOutAndTheLastTenthIsTheLoss() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= 30; step++) {
      double speed = step <= 10 ? 1 : step == 20 ? 5 : 100; // slow at first, one hiccup
      lines.append(
          "{\"step\":%d,\"loss\":%d,\"images_per_second\":%s}\n"
              .formatted(step, step > 27 ? step : 99, speed));
    }
    lines.append("{\"step\":20,\"evaluation\":{\"r1\":0.1}}\n");
    lines.append("{\"step\":30,\"evaluation\":{\"r1\":0.5}}\n{\"step\":31,\"lo");
    Path file = Files.writeString(temp.resolve("m.jsonl"), lines);
    RunMetrics metrics = RunMetrics.read(file);
    assertThat(metrics.lastStep()).isEqualTo(30);
    assertThat(metrics.loss()).isEqualTo(29, Offset.offset(1e-9));
    assertThat(metrics.secondsPerStep(8)).isEqualTo(0.08, Offset.offset(1e-9));
    assertThat(metrics.evaluation()).containsEntry("r1", 0.5);
    assertThat(metrics.last("same_word_share")).isNaN();
  }

  @Test
  void nothingYetIsNotANumber() throws Exception {
    RunMetrics none = RunMetrics.read(temp.resolve("none"));
    assertThat(none.lastStep()).isZero();
    assertThat(none.loss()).isNaN();
    assertThat(none.secondsPerStep(8)).isNaN();
  }

  @Test
  void theReasonIsTheCommandsOwnLastWord() {
    assertThat(RowRun.lastWord(List.of("filip: a", "filip: b", "noise"))).isEqualTo("b");
    assertThat(RowRun.lastWord(List.of("Killed", ""))).isEqualTo("Killed");
    assertThat(RowRun.lastWord(List.of())).isEqualTo("ended without a word");
    assertThat(RowRun.label("data/x/test-unseen/")).isEqualTo("test-unseen");
  }

  @Test
  void aSpreadOfOneIsANumber() {
    assertThat(Measured.Spread.of(List.of(0.5)).text()).isEqualTo("0.500");
    assertThat(Measured.Spread.of(List.of(0.5, 0.25, Double.NaN)).text())
        .isEqualTo("0.375 (0.250 to 0.500)");
    assertThat(Measured.Spread.of(List.of()).text()).isEqualTo("-");
  }
}
