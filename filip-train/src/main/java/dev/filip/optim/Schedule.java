package dev.filip.optim;

import static dev.filip.io.BadInput.require;

/**
 * Learning rate by step, a pure function: linear warm-up to {@code peak}, then a fall to {@code
 * floor x peak} at the last step.
 *
 * @param peak the highest rate
 * @param warmup steps until it is reached
 * @param total all steps of the run
 * @param floor share of the peak left at the end
 */
public record Schedule(double peak, long warmup, long total, Decay decay, double floor) {
  /** The form of the fall. */
  public enum Decay {
    COSINE,
    LINEAR,
    NONE
  }

  public Schedule {
    require(peak > 0, "optimizer.lr", peak, "> 0");
    require(total > 0, "steps", total, "> 0");
    require(warmup >= 0 && warmup <= total, "schedule.warmup", warmup, "0 to steps = " + total);
    require(floor >= 0 && floor <= 1, "schedule.floor", floor, "in [0, 1]");
  }

  /** Warm-up as a share of {@code total} (below 1) or as steps. */
  public static long warmupSteps(double warmup, long total) {
    return warmup < 1 ? Math.round(warmup * total) : Math.min(total, Math.round(warmup));
  }

  /** The paper's square-root scaling: {@code base} is for batch 512. */
  public static double scaledByBatch(double base, int batch) {
    return base * Math.sqrt(batch / 512.0);
  }

  /** The rate of update {@code step}, 1 to {@link #total}. */
  public double lr(long step) {
    if (step <= warmup) {
      return peak * step / warmup;
    }
    double done = (double) (step - warmup) / Math.max(1, total - warmup);
    double share =
        switch (decay) {
          case COSINE -> 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
          case LINEAR -> 1 - Math.min(1, done);
          case NONE -> 1;
        };
    return peak * (floor + (1 - floor) * share);
  }
}
