package dev.filip.config;

/** A number of steps as configs give it: below 1 a share of the run, from 1 on whole steps. */
final class StepCount {
  static final Type<Double> TYPE =
      Type.number(
          "a share of the steps in [0, 1) or a whole number of steps",
          value -> value >= 0 && (value < 1 || value == Math.rint(value)));

  private StepCount() {}

  /** Steps, of {@code total}; never more. */
  static int of(double value, int total) {
    return (int) Math.min(total, Math.round(value < 1 ? value * total : value));
  }
}
