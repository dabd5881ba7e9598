package dev.filip.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.OptimizerConfig;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import dev.filip.config.ScheduleConfig;
import dev.filip.config.ScheduleConfig.Decay;
import dev.filip.io.BadInput;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final double EXACT = 1e-15;

  @Test
  void warmsUpLinearlyToThePeak() {
    Schedule s = schedule(0.4, 4, 12, Decay.COSINE, 0);
    assertThat(s.lr(1)).isEqualTo(0.1, within(EXACT));
    assertThat(s.lr(3)).isEqualTo(0.3, within(EXACT));
    assertThat(s.lr(4)).isEqualTo(0.4, within(EXACT));
  }

  @Test
  void cosineIsHalfWayInTheMiddleAndAtTheFloorAtTheEnd() {
    Schedule s = schedule(1, 2, 10, Decay.COSINE, 0.2);
    assertThat(s.lr(6)).isEqualTo(0.2 + 0.8 * 0.5, within(EXACT)); // 4 of 8 steps after warm-up
    assertThat(s.lr(4)).isEqualTo(0.2 + 0.8 * 0.5 * (1 + Math.sqrt(0.5)), within(EXACT)); // 1/4
    assertThat(s.lr(10)).isEqualTo(0.2, within(EXACT));
  }

  @Test
  void linearFallsEvenly() {
    Schedule s = schedule(1, 0, 4, Decay.LINEAR, 0);
    assertThat(s.lr(1)).isEqualTo(0.75, within(EXACT));
    assertThat(s.lr(4)).isEqualTo(0, within(EXACT));
  }

  @Test
  void noneStaysAtThePeak() {
    assertThat(schedule(3, 0, 5, Decay.NONE, 0).lr(5)).isEqualTo(3);
  }

  @Test
  void warmupIsAShareBelowOneAndStepsFromOne() {
    assertThat(schedule(1, 0.1, 1000, Decay.COSINE, 0).warmup()).isEqualTo(100);
    assertThat(schedule(1, 3000, 100_000, Decay.COSINE, 0).warmup()).isEqualTo(3000);
    assertThat(schedule(1, 3000, 100, Decay.COSINE, 0).warmup()).isEqualTo(100);
  }

  @Test
  void batchScalingGivesThePapersPeaks() {
    assertThat(peak(6e-3, 8192)).isEqualTo(2.4e-2, within(1e-12));
    assertThat(peak(2e-3, 40_960)).isEqualTo(1.789e-2, within(1e-5));
  }

  @Test
  void badValuesNameTheKey() {
    assertThatThrownBy(() -> schedule(0, 0, 1, Decay.NONE, 0))
        .isInstanceOf(BadInput.class)
        .hasMessage("optimizer.lr must be > 0, got 0.0");
  }

  private static Schedule schedule(
      double peak, double warmup, int total, Decay decay, double floor) {
    return new Schedule(peak, total, new ScheduleConfig(warmup, decay, floor));
  }

  private static double peak(double lr, int batch) {
    return new OptimizerConfig(Name.LAMB, lr, 0, new Betas(0.9, 0.999), 1e-4, 0, true)
        .peakLr(batch);
  }
}
