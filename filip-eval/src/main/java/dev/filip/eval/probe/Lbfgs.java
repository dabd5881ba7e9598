package dev.filip.eval.probe;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Minimises a smooth function by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm
 * 7.4): the last steps make an approximate inverse Hessian, on top of one that is given. What was
 * learnt of a function is kept for the next one, which should be like it. All of it in fp64. Used
 * by one thread.
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
   * @param tolerance of the gradient's largest entry
   * @param above what the value may be above its minimum, by estimate, relative to it
   */
  record Limits(int iterations, double tolerance, double above) {}

  /**
   * Where it ended.
   *
   * @param converged whether it is as near as was asked for, or the value falls no more
   */
  record Minimum(double[] x, double value, int iterations, boolean converged) {}

  /** Of a function: a place, its value and gradient, and the inverse times the gradient. */
  private record State(double[] x, double value, double[] gradient, double[] newton) {}

  /**
   * A step that is remembered.
   *
   * @param s what x changed by
   * @param y what the gradient changed by
   * @param inverseY the inverse times {@code y}
   */
  private record Step(double[] s, double[] y, double[] inverseY, double sy) {}

  private final Inverse inverse;
  private final int memory;
  private final Deque<Step> steps = new ArrayDeque<>();
  private double scale = 1;

  /**
   * @param memory steps that are remembered
   */
  Lbfgs(Inverse inverse, int memory) {
    this.inverse = inverse;
    this.memory = memory;
  }

  /** From a start on. */
  Minimum run(Function function, double[] start, Limits limits, @Nullable Watch watch) {
    double[] gradient = new double[start.length];
    State now = state(start.clone(), function.at(start, gradient), gradient);
    for (int i = 0; i < limits.iterations; i++) {
      double[] direction = direction(now);
      if (isThere(now, direction, limits)) {
        return new Minimum(now.x, now.value, i, true);
      }
      WolfeSearch.Point found = search(function, now, direction);
      if (found == null) {
        return new Minimum(now.x, now.value, i, true); // no step goes down: rounding's floor
      }
      State next = state(found.x(), found.value(), found.gradient());
      remember(now, next);
      double fell = (now.value - next.value) / Math.max(1, Math.abs(now.value));
      now = next;
      if (watch != null) {
        watch.step(i + 1, now.value, largest(now.gradient));
      }
      if (fell >= 0 && fell <= FLAT) {
        return new Minimum(now.x, now.value, i + 1, true);
      }
    }
    boolean there = isThere(now, direction(now), limits);
    return new Minimum(now.x, now.value, limits.iterations, there);
  }

  private State state(double[] x, double value, double[] gradient) {
    double[] newton = new double[x.length];
    inverse.apply(gradient, newton);
    return new State(x, value, gradient, newton);
  }

  /**
   * Both rules: half the slope along the direction is about what the value is above its minimum.
   */
  private static boolean isThere(State now, double[] direction, Limits limits) {
    return largest(now.gradient) <= limits.tolerance
        && -dot(now.gradient, direction) / 2 <= limits.above * Math.abs(now.value);
  }

  /** Along the quasi-Newton direction; where that fails, once more without what was remembered. */
  private WolfeSearch.@Nullable Point search(Function function, State now, double[] direction) {
    WolfeSearch.Point best =
        new WolfeSearch(function, now.x, now.value, now.gradient, direction).best();
    if (best != null || steps.isEmpty()) {
      return best;
    }
    steps.clear();
    scale = 1;
    return new WolfeSearch(function, now.x, now.value, now.gradient, direction(now)).best();
  }

  /** Two loops over what is remembered; the inverse's products are those known already. */
  private double[] direction(State now) {
    double[] q = now.gradient.clone();
    double[] r = now.newton.clone();
    double[] alpha = new double[steps.size()];
    int at = 0;
    for (Step step : steps) { // the newest first
      alpha[at] = dot(step.s, q) / step.sy;
      addTo(q, -alpha[at], step.y);
      addTo(r, -alpha[at++], step.inverseY);
    }
    for (int i = 0; i < r.length; i++) {
      r[i] *= -scale;
    }
    var oldest = steps.descendingIterator();
    while (oldest.hasNext()) {
      Step step = oldest.next();
      double beta = dot(step.y, r) / step.sy;
      addTo(r, -alpha[--at] - beta, step.s);
    }
    return r;
  }

  private void remember(State before, State after) {
    double[] s = minus(after.x, before.x);
    double[] y = minus(after.gradient, before.gradient);
    double sy = dot(s, y);
    if (!(sy > 0)) {
      return; // of no use: it would not stay positive definite
    }
    double[] inverseY = minus(after.newton, before.newton);
    scale = sy / dot(y, inverseY);
    steps.addFirst(new Step(s, y, inverseY, sy));
    if (steps.size() > memory) {
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

  private static double[] minus(double[] a, double[] b) {
    double[] difference = a.clone();
    addTo(difference, -1, b);
    return difference;
  }

  private static void addTo(double[] to, double factor, double[] v) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * v[i];
    }
  }
}
