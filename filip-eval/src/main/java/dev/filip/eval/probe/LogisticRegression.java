package dev.filip.eval.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits multinomial logistic regression with intercepts: L-BFGS that remembers ten steps, begun from
 * {@link GramPreconditioner}'s inverse. A fit ends by scikit-learn's rule (the largest entry of the
 * gradient of the objective over {@code C n} is at most the tolerance) and by one of our own: by
 * estimate the objective is above its minimum by at most a tenth of the tolerance. Of unit rows the
 * first rule alone means little: with a hundred classes their gradient is that small long before
 * anything is learnt. One for all C of a training set. Holds native memory until closed; used by
 * one thread.
 */
final class LogisticRegression implements AutoCloseable {
  private static final int MEMORY = 10;
  private static final double ABOVE = 0.1;
  private final List<Labelled> data;
  private final int classes;
  private final Stop stop;
  private final GramPreconditioner preconditioner;

  /**
   * When a fit ends.
   *
   * @param tolerance scikit-learn's {@code tol}
   * @param iterations at most; its {@code max_iter}
   */
  record Stop(double tolerance, int iterations) {}

  /**
   * A fit.
   *
   * @param weights {@code [k, d + 1]}
   * @param objective C x the sum of losses + half the squared norm of the weights
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
    preconditioner = new GramPreconditioner(data, classes);
  }

  /**
   * Fits for a C.
   *
   * @param start weights to begin with, or null for 0
   */
  Fit fit(double c, double @Nullable [] start, Lbfgs.@Nullable Watch watch) {
    LogisticObjective objective = new LogisticObjective(data, classes, c);
    Lbfgs.Options options =
        new Lbfgs.Options(MEMORY, stop.iterations, stop.tolerance, ABOVE * stop.tolerance);
    Lbfgs.Minimum found =
        new Lbfgs(objective, preconditioner.inverse(objective.l2()), options)
            .run(start == null ? new double[objective.size()] : start, watch);
    return new Fit(
        LinearClassifier.logistic(found.x(), classes),
        found.x(),
        objective.unscaled(found.value()),
        found.iterations(),
        found.converged());
  }

  @Override
  public void close() {
    preconditioner.close();
  }
}
