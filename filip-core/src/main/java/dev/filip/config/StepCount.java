package dev.filip.config;

import static dev.filip.io.BadInput.require;

/** A number of steps as configs give it: below 1 a share of the run, from 1 on whole steps. */
final class StepCount {
  private StepCount() {}

  /** Refuses what is neither. */
  static void check(String key, double value) {
    require(
        value >= 0 && Double.isFinite(value) && (value < 1 || value == Math.rint(value)),
        key,
        value,
        "a share of the steps in [0, 1) or a whole number of steps");
  }

  /** Steps, of {@code total}; never more. */
  static int of(double value, int total) {
    return (int) Math.min(total, Math.round(value < 1 ? value * total : value));
  }
}
