package dev.filip.eval.probe;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Minimises a smooth function by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm
 * 7.4): the last steps make an approximate inverse Hessian, on top of one that is given. All of it
 * in fp64. Used by one thread.
 */
final class Lbfgs {
  /** As scikit-learn's: below it a value counts as no longer falling. */
  private static final double FLAT = 64 * Math.ulp(1.0);

  /** What is minimised. */
  interface Function {
    /** Numbers of an argument. */
    int size();

    /** Its value at {@code x}; writes its gradient. */
    double at(double[] x, double[] gradient);

    /** What is lost to rounding in a value, relative to it. */
    double noise();
  }

  /** A symmetric positive definite guess at the inverse Hessian. */
  interface Inverse {
    /** Writes its product with {@code in}. */
    void apply(double[] in, double[] out);
  }

  /** Is told of every step. */
  interface Watch {
    void step(int iteration, double value, double largestGradient);
  }

  /**
   * When it ends.
   *
   * @param memory steps that are remembered
   * @param iterations at most
   * @param tolerance of the gradient's largest entry
   * @param above what the value may be above its minimum, by estimate, relative to it
   */
  record Options(int memory, int iterations, double tolerance, double above) {}

  /**
   * Where it ended.
   *
   * @param converged whether it is as near as was asked for, or the value falls no more
   */
  record Minimum(double[] x, double value, int iterations, boolean converged) {}

  private record Step(double[] s, double[] y, double sy) {}

  private final Function function;
  private final Inverse inverse;
  private final Options options;
  private final Deque<Step> steps = new ArrayDeque<>();
  private double scale = 1;

  Lbfgs(Function function, Inverse inverse, Options options) {
    this.function = function;
    this.inverse = inverse;
    this.options = options;
  }

  /** From a start on. */
  Minimum run(double[] start, @Nullable Watch watch) {
    double[] x = start.clone();
    double[] gradient = new double[x.length];
    double value = function.at(x, gradient);
    double[] direction = new double[x.length];
    for (int i = 0; i < options.iterations; i++) {
      direct(gradient, direction);
      if (isThere(value, gradient, direction)) {
        return new Minimum(x, value, i, true);
      }
      WolfeSearch.Point next = search(x, value, gradient, direction);
      if (next == null) {
        return new Minimum(x, value, i, true); // no step goes down: this is rounding's floor
      }
      remember(x, gradient, next);
      double fell = (value - next.value()) / Math.max(1, Math.abs(value));
      boolean flat = fell >= 0 && fell <= FLAT;
      x = next.x();
      gradient = next.gradient();
      value = next.value();
      if (watch != null) {
        watch.step(i + 1, value, largest(gradient));
      }
      if (flat) {
        return new Minimum(x, value, i + 1, true);
      }
    }
    direct(gradient, direction);
    return new Minimum(x, value, options.iterations, isThere(value, gradient, direction));
  }

  /**
   * Both rules: half the slope along the direction is about what the value is above its minimum.
   */
  private boolean isThere(double value, double[] gradient, double[] direction) {
    return largest(gradient) <= options.tolerance
        && -dot(gradient, direction) / 2 <= options.above * Math.abs(value);
  }

  /** Along the quasi-Newton direction; where that fails, once more without what was remembered. */
  private WolfeSearch.@Nullable Point search(
      double[] x, double value, double[] gradient, double[] direction) {
    WolfeSearch.Point best = new WolfeSearch(function, x, value, gradient, direction).best();
    if (best != null || steps.isEmpty()) {
      return best;
    }
    steps.clear();
    scale = 1;
    direct(gradient, direction);
    return new WolfeSearch(function, x, value, gradient, direction).best();
  }

  /** Two loops over what is remembered. */
  private void direct(double[] gradient, double[] direction) {
    double[] q = gradient.clone();
    double[] alpha = new double[steps.size()];
    int at = 0;
    for (Step step : steps) { // the newest first
      alpha[at] = dot(step.s, q) / step.sy;
      addTo(q, -alpha[at++], step.y);
    }
    inverse.apply(q, direction);
    for (int i = 0; i < direction.length; i++) {
      direction[i] *= scale;
    }
    var oldest = steps.descendingIterator();
    while (oldest.hasNext()) {
      Step step = oldest.next();
      double beta = dot(step.y, direction) / step.sy;
      addTo(direction, alpha[--at] - beta, step.s);
    }
    for (int i = 0; i < direction.length; i++) {
      direction[i] = -direction[i];
    }
  }

  private void remember(double[] x, double[] gradient, WolfeSearch.Point next) {
    double[] s = next.x().clone();
    addTo(s, -1, x);
    double[] y = next.gradient().clone();
    addTo(y, -1, gradient);
    double sy = dot(s, y);
    if (!(sy > 0)) {
      return; // of no use: it would not stay positive definite
    }
    double[] seen = new double[y.length];
    inverse.apply(y, seen);
    scale = sy / dot(y, seen);
    steps.addFirst(new Step(s, y, sy));
    if (steps.size() > options.memory) {
      steps.removeLast();
    }
  }

  static double largest(double[] v) {
    return Arrays.stream(v).map(Math::abs).max().orElse(0);
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void addTo(double[] to, double factor, double[] v) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * v[i];
    }
  }
}
