package dev.filip.eval.probe;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits multinomial logistic regression with intercepts: L-BFGS that remembers ten steps, begun from
 * {@link GramPreconditioner}'s inverse, on every sixteenth and every fourth row first where there
 * are many. A fit ends by scikit-learn's rule (the largest entry of the gradient of the objective
 * over {@code C n} is at most the tolerance) and by one of our own: by estimate the objective is
 * above its minimum by at most three hundredths of the tolerance. Of unit rows the first rule alone
 * means little: with a hundred classes their gradient is that small long before anything is learnt.
 * One for all C of a training set. Holds native memory until closed; used by one thread.
 */
final class LogisticRegression implements AutoCloseable {
  private static final int MEMORY = 10;
  private static final double ABOVE = 0.03;
  private static final int[] COARSE = {16, 4};
  private static final int LEAST_ROWS = 2048;
  private static final double COARSE_ABOVE = 1e-3;
  private final List<Labelled> data;
  private final int classes;
  private final Stop stop;
  private final long n;
  private final GramPreconditioner preconditioner;

  /**
   * When a fit ends.
   *
   * @param tolerance scikit-learn's {@code tol}
   * @param iterations at most, of those over all rows; its {@code max_iter}
   */
  record Stop(double tolerance, int iterations) {}

  /**
   * A fit.
   *
   * @param weights {@code [k, d + 1]}
   * @param objective C x the sum of losses + half the squared norm of the weights
   * @param iterations over all rows
   */
  record Fit(
      LinearClassifier classifier,
      double[] weights,
      double objective,
      int iterations,
      boolean converged) {}

  /**
   * @param data parts of the training set, of one width, labels below {@code classes}
   */
  LogisticRegression(List<Labelled> data, int classes, Stop stop) {
    this.data = data;
    this.classes = classes;
    this.stop = stop;
    n = data.stream().mapToLong(Labelled::size).sum();
    preconditioner = new GramPreconditioner(data, classes);
  }

  /**
   * Fits for a C.
   *
   * @param start weights to begin with, or null for 0
   */
  Fit fit(double c, double @Nullable [] start, Lbfgs.@Nullable Watch watch) {
    LogisticObjective objective = new LogisticObjective(data, classes, c);
    Lbfgs minimiser = new Lbfgs(preconditioner.inverse(objective.l2()), MEMORY);
    double[] from = start == null ? coarse(minimiser, c, objective.size()) : start;
    Lbfgs.Limits limits = new Lbfgs.Limits(stop.iterations, stop.tolerance, ABOVE * stop.tolerance);
    Lbfgs.Minimum found = minimiser.run(objective, from, limits, watch);
    return new Fit(
        LinearClassifier.logistic(found.x(), classes),
        found.x(),
        objective.unscaled(found.value()),
        found.iterations(),
        found.converged());
  }

  /** From 0, roughly, on some of the rows; the penalty is that of all. */
  private double[] coarse(Lbfgs minimiser, double c, int size) {
    double[] x = new double[size];
    Lbfgs.Limits limits = new Lbfgs.Limits(stop.iterations, Double.POSITIVE_INFINITY, COARSE_ABOVE);
    for (int step : COARSE) {
      if (n / step >= LEAST_ROWS) {
        List<Labelled> some = data.stream().map(part -> every(part, step)).toList();
        double rows = some.stream().mapToLong(Labelled::size).sum();
        LogisticObjective objective = new LogisticObjective(some, classes, c * n / rows);
        x = minimiser.run(objective, x, limits, null).x();
      }
    }
    return x;
  }

  private static Labelled every(Labelled part, int step) {
    int[] rows = new int[Math.ceilDiv(part.size(), step)];
    Arrays.setAll(rows, i -> i * step);
    return part.select(rows);
  }

  @Override
  public void close() {
    preconditioner.close();
  }
}
