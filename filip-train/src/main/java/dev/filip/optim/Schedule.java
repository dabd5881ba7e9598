package dev.filip.optim;

import static dev.filip.io.BadInput.require;

import dev.filip.config.ScheduleConfig;

/**
 * Learning rate by step, a pure function: linear warm-up to {@code peak}, then a fall to the form's
 * share of it at the last step.
 *
 * @param peak the highest rate
 * @param total all steps of the run
 */
public record Schedule(double peak, int total, ScheduleConfig form) {
  public Schedule {
    require(peak > 0, "optimizer.lr", peak, "> 0");
    require(total > 0, "steps", total, "> 0");
  }

  /** Steps until the peak is reached. */
  public int warmup() {
    return form.warmupSteps(total);
  }

  /** The rate of update {@code step}, 1 to {@link #total}. */
  public double lr(long step) {
    int warmup = warmup();
    if (step <= warmup) {
      return peak * step / warmup;
    }
    double done = (double) (step - warmup) / Math.max(1, total - warmup);
    double share =
        switch (form.decay()) {
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
          case LINEAR -> 1 - Math.min(1, done);
          case NONE -> 1;
        };
    return peak * (form.floor() + (1 - form.floor()) * share);
  }
}
