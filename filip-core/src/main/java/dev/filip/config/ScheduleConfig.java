package dev.filip.config;

/** The learning rate over the steps. */
public record ScheduleConfig(double warmup, Decay decay, double floor) {
  static final Section<ScheduleConfig> KEYS =
      Section.of(
          "schedule",
          ScheduleConfig.class,
          Key.of("warmup", StepCount.TYPE, 0.1, "of linear rise"),
          Key.of("decay", Type.word(Decay.class), Decay.COSINE, "after the warm-up"),
          Key.of("floor", Type.number("in [0, 1]"), 0.01, "last learning rate / peak"));

  public ScheduleConfig {
    KEYS.check(warmup, decay, floor);
  }

  /** The form of the fall. */
  public enum Decay {
    COSINE,
    LINEAR,
    NONE
  }

  /** Warm-up in steps, of {@code total}. */
  public int warmupSteps(int total) {
    return StepCount.of(warmup, total);
  }
}
