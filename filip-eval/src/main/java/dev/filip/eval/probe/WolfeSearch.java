package dev.filip.eval.probe;

import org.jspecify.annotations.Nullable;

/**
 * A step along a direction that satisfies the strong Wolfe conditions (Nocedal and Wright,
 * Numerical Optimization, algorithms 3.5 and 3.6, cubic interpolation). Near the minimum, where a
 * value's rounding hides what it falls by, the slope alone decides (Hager and Zhang's approximate
 * conditions). Used by one thread.
 */
final class WolfeSearch {
  private static final double FALL = 1e-4;
  private static final double CURVE = 0.9;
  private static final int MOST = 30;
  private static final double GROW = 4;
  private final Lbfgs.Function function;
  private final double[] from;
  private final double[] direction;
  private final double value0;
  private final double slope0;
  private final double slack;
  private final @Nullable Point best;
  private int tried;

  /** A place on the line. */
  record Point(double step, double[] x, double value, double[] gradient, double slope) {}

  /** Searches at once, from step 1 on. */
  WolfeSearch(
      Lbfgs.Function function, double[] from, double value, double[] gradient, double[] direction) {
    this.function = function;
    this.from = from;
    this.direction = direction;
    value0 = value;
    slope0 = Lbfgs.dot(gradient, direction);
    slack = function.noise() * Math.abs(value);
    best = slope0 < 0 ? search(new Point(0, from, value, gradient, slope0)) : null;
  }

  /** Where the conditions hold, or at least the value is lower; null where there is no such. */
  @Nullable Point best() {
    return best;
  }

  private Point at(double step) {
    tried++;
    double[] x = new double[from.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = from[i] + step * direction[i];
    }
    double[] gradient = new double[x.length];
    double value = function.at(x, gradient);
    return new Point(step, x, value, gradient, Lbfgs.dot(gradient, direction));
  }

  private boolean fell(Point p) {
    return p.value <= value0 + FALL * p.step * slope0
        || p.value <= value0 + slack && p.slope <= (2 * FALL - 1) * slope0;
  }

  private boolean flat(Point p) {
    return Math.abs(p.slope) <= -CURVE * slope0;
  }

  private @Nullable Point search(Point start) {
    Point before = start;
    double step = 1;
    while (tried < MOST) {
      Point p = at(step);
      if (!Double.isFinite(p.value)) {
        step = (before.step + step) / 2;
        continue;
      }
      if (!fell(p) || before.step > 0 && p.value > before.value + slack) {
        return zoom(before, p);
      }
      if (flat(p)) {
        return p;
      }
      if (p.slope >= 0) {
        return zoom(p, before);
      }
      before = p;
      step *= GROW;
    }
    return lower(before);
  }

  /** Between a place that fell far enough and another one, until both conditions hold. */
  private @Nullable Point zoom(Point first, Point second) {
    Point low = first;
    Point high = second;
    while (tried < MOST) {
      Point p = at(between(low, high));
      if (!fell(p) || p.value > low.value + slack) {
        high = p;
      } else {
        if (flat(p)) {
          return p;
        }
        if (p.slope * (high.step - low.step) >= 0) {
          high = low;
        }
        low = p;
      }
    }
    return lower(low);
  }

  private @Nullable Point lower(Point p) {
    return p.step > 0 && p.value < value0 ? p : null;
  }

  /** The minimum of the cubic through both, kept away from either end. */
  private static double between(Point a, Point b) {
    double width = b.step - a.step;
    double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
    double root = d1 * d1 - a.slope * b.slope;
    double d2 = Math.signum(width) * Math.sqrt(Math.max(0, root));
    double share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
    double kept = share >= 0.1 && share <= 0.9 ? share : 0.5; // not a number is halved, too
    return a.step + kept * width;
  }
}
