package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The minimiser on functions whose minimum is known. */
class LbfgsTest {
  private static final Lbfgs.Inverse NOTHING_KNOWN =
      (in, out) -> System.arraycopy(in, 0, out, 0, in.length);
  private static final Lbfgs.Limits EXACT = new Lbfgs.Limits(500, 1e-9, 1e-12);

  /** Rosenbrock's valley in ten dimensions. */
  private static final Lbfgs.Function VALLEY =
      new Lbfgs.Function() {
        @Override
        public int size() {
          return 10;
        }

        @Override
        public double at(double[] x, double[] gradient) {
          java.util.Arrays.fill(gradient, 0);
          double value = 0;
          for (int i = 0; i + 1 < x.length; i++) {
            double a = x[i + 1] - x[i] * x[i];
            double b = 1 - x[i];
            value += 100 * a * a + b * b;
            gradient[i] += -400 * x[i] * a - 2 * b;
            gradient[i + 1] += 200 * a;
          }
          return value;
        }

        @Override
        public double noise() {
          return 1e-15;
        }
      };

  /** {@code sum of scale_i x_i^2 / 2 - x_i}: its minimum is at 1 / scale. */
  private record Bowl(double[] scale) implements Lbfgs.Function {
    @Override
    public int size() {
      return scale.length;
    }

    @Override
    public double at(double[] x, double[] gradient) {
      double value = 0;
      for (int i = 0; i < x.length; i++) {
        value += scale[i] * x[i] * x[i] / 2 - x[i];
        gradient[i] = scale[i] * x[i] - 1;
      }
      return value;
    }

    @Override
    public double noise() {
      return 1e-15;
    }
  }

  @Test
  void findsTheEndOfAValley() {
    double[] start = {-1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1};
    Lbfgs.Minimum found = new Lbfgs(NOTHING_KNOWN, 10).run(VALLEY, start, EXACT, null);
    assertThat(found.converged()).isTrue();
    assertThat(found.iterations()).isLessThan(200);
    double[] gradient = new double[10];
    VALLEY.at(found.x(), gradient);
    assertThat(Lbfgs.largest(gradient)).isLessThan(1e-6);
  }

  @Test
  void theTrueInverseNeedsOneStep() {
    double[] scale = {1e-4, 1, 300, 1e6};
    Lbfgs.Inverse inverse = (in, out) -> java.util.Arrays.setAll(out, i -> in[i] / scale[i]);
    Lbfgs.Minimum found = new Lbfgs(inverse, 10).run(new Bowl(scale), new double[4], EXACT, null);
    assertThat(found.iterations()).isEqualTo(1);
    assertThat(found.x()[0]).isCloseTo(1e4, within(1e-6));
    Lbfgs.Minimum without =
        new Lbfgs(NOTHING_KNOWN, 10).run(new Bowl(scale), new double[4], EXACT, null);
    assertThat(without.iterations()).isGreaterThan(5);
    assertThat(without.x()[0]).isCloseTo(1e4, within(1e-2));
  }

  /** What was learnt of one function makes another like it quicker. */
  @Test
  void goesOnWithWhatItRemembers() {
    double[] scale = {1, 2, 30, 400, 5000};
    double[] other = {1.01, 2.02, 30.3, 404, 5050};
    Lbfgs minimiser = new Lbfgs(NOTHING_KNOWN, 10);
    int fresh = minimiser.run(new Bowl(scale), new double[5], EXACT, null).iterations();
    Lbfgs.Minimum again = minimiser.run(new Bowl(other), new double[5], EXACT, null);
    assertThat(again.iterations()).isLessThan(fresh);
    assertThat(again.x()[4]).isCloseTo(1 / 5050.0, within(1e-9));
  }

  @Test
  void endsWhereStepsAreUsedUpAndSaysSo() {
    Lbfgs.Limits few = new Lbfgs.Limits(3, 1e-9, 1e-12);
    Lbfgs.Minimum found = new Lbfgs(NOTHING_KNOWN, 10).run(VALLEY, new double[10], few, null);
    assertThat(found.iterations()).isEqualTo(3);
    assertThat(found.converged()).isFalse();
  }

  /** Every step satisfies both strong Wolfe conditions. */
  @Test
  void stepsSatisfyTheWolfeConditions() {
    double[] x = {-1.2, 1, 0, 2, -1, 0.5, 3, -2, 1, 1};
    double[] gradient = new double[10];
    double value = VALLEY.at(x, gradient);
    double[] direction = new double[10];
    for (double length : new double[] {1e-6, 1e-3, 1, 1e3}) {
      java.util.Arrays.setAll(direction, i -> -length * gradient[i]);
      WolfeSearch.Point p = new WolfeSearch(VALLEY, x, value, gradient, direction).best();
      assertThat(p).isNotNull();
      if (p != null) {
        double slope = Lbfgs.dot(gradient, direction);
        assertThat(p.value()).isLessThanOrEqualTo(value + 1e-4 * p.step() * slope);
        assertThat(Math.abs(p.slope())).isLessThanOrEqualTo(-0.9 * slope);
      }
    }
    java.util.Arrays.setAll(direction, i -> gradient[i]);
    assertThat(new WolfeSearch(VALLEY, x, value, gradient, direction).best()).isNull();
  }
}
