package dev.filip.optim;

import dev.filip.config.OptimizerConfig;

/**
 * The plain forms of one update of one parameter, in double: oracles of {@link AdamW} and {@link
 * Lamb}, written to be read beside the papers.
 */
public final class ScalarOptimizers {
  private ScalarOptimizers() {}

  /** A parameter's weights and moments, changed in place. */
  public record State(double[] weights, double[] first, double[] second) {
    /** Moments 0. */
    public static State of(double... weights) {
      return new State(weights.clone(), new double[weights.length], new double[weights.length]);
    }
  }

  /**
   * @param step 1 for the first update
   * @param decay 0 where the parameter has none
   */
  public static void adamw(
      State p, double[] gradient, OptimizerConfig s, double decay, double lr, long step) {
    double correction1 = 1 - Math.pow(s.betas().first(), step);
    double correction2 = 1 - Math.pow(s.betas().second(), step);
    for (int i = 0; i < gradient.length; i++) {
      moments(p, gradient, s, i);
      p.weights[i] *= 1 - lr * decay;
      double denominator = Math.sqrt(p.second[i] / correction2) + s.eps();
      p.weights[i] -= lr * (p.first[i] / correction1) / denominator;
    }
  }

  /** {@code decay}: 0 where the parameter has none. */
  public static void lamb(State p, double[] gradient, OptimizerConfig s, double decay, double lr) {
    double[] update = new double[gradient.length];
    double weightNorm = 0;
    double updateNorm = 0;
    for (int i = 0; i < gradient.length; i++) {
      moments(p, gradient, s, i);
      update[i] = p.first[i] / (Math.sqrt(p.second[i]) + s.eps()) + decay * p.weights[i];
      weightNorm += p.weights[i] * p.weights[i];
      updateNorm += update[i] * update[i];
    }
    double trust = Lamb.trustRatio(Math.sqrt(weightNorm), Math.sqrt(updateNorm));
    for (int i = 0; i < gradient.length; i++) {
      p.weights[i] -= lr * trust * update[i];
    }
  }

  private static void moments(State p, double[] gradient, OptimizerConfig s, int i) {
    p.first[i] = s.betas().first() * p.first[i] + (1 - s.betas().first()) * gradient[i];
    p.second[i] =
        s.betas().second() * p.second[i] + (1 - s.betas().second()) * gradient[i] * gradient[i];
  }
}
