package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.tensor.Natives;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Value and gradient against the slow form and against finite differences. */
class LogisticObjectiveTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private record Case(double[] x, int d, int[] labels, int classes, double[] w) {
    static Case of(int n, int d, int classes) {
      Random random = new Random(n + 31L * d + classes);
      double[] x = random.doubles((long) n * d, -2, 2).toArray();
      int[] labels = random.ints(n, 0, classes).toArray();
      int k = classes == 2 ? 1 : classes;
      return new Case(x, d, labels, classes, random.doubles((long) k * (d + 1), -1, 1).toArray());
    }

    Labelled whole() {
      return Labelled.of("x", x, d, labels);
    }

    /** Rows from a place on, as a part of their own. */
    Labelled part(int from, int to) {
      return Labelled.of(
          "x",
          java.util.Arrays.copyOfRange(x, from * d, to * d),
          d,
          java.util.Arrays.copyOfRange(labels, from, to));
    }

    float[] floats() {
      float[] f = new float[x.length];
      for (int i = 0; i < f.length; i++) {
        f[i] = (float) x[i];
      }
      return f;
    }
  }

  /** One row, two classes, one feature, one more and one less than a block, many blocks. */
  @ParameterizedTest
  @CsvSource({
    "1,1,2,9",
    "7,3,2,7",
    "5,1,3,4",
    "5,1,3,6",
    "23,17,10,11",
    "23,17,10,12",
    "500,3,4,64",
    "3,40,5,1"
  })
  void isTheSlowForm(int n, int d, int classes, int block) {
    Case c = Case.of(n, d, classes);
    double[] expected = new double[c.w.length];
    double value = SlowLogistic.at(c.x, d, c.labels, classes, 0.7, c.w, expected);
    double[] gradient = new double[c.w.length];
    LogisticObjective objective = new LogisticObjective(List.of(c.whole()), classes, 0.7, block);
    assertThat(objective.size()).isEqualTo(c.w.length);
    assertThat(objective.at(c.w, gradient)).isCloseTo(value, within(1e-12 * Math.abs(value)));
    assertThat(gradient).containsExactly(expected, within(1e-13));
    assertThat(objective.unscaled(value)).isCloseTo(value * 0.7 * n, within(1e-9 * n));
    double[] single = new double[c.w.length];
    Labelled fp32 = Labelled.of("x", c.floats(), d, c.labels);
    assertThat(new LogisticObjective(List.of(fp32), classes, 0.7).at(c.w, single))
        .isCloseTo(value, within(1e-6 * Math.abs(value)));
    assertThat(single).containsExactly(expected, within(2e-6));
  }

  @Test
  void partsAreOneSet() {
    Case c = Case.of(50, 4, 3);
    double[] whole = new double[c.w.length];
    double[] parts = new double[c.w.length];
    double value = new LogisticObjective(List.of(c.whole()), 3, 2).at(c.w, whole);
    assertThat(new LogisticObjective(List.of(c.part(0, 19), c.part(19, 50)), 3, 2).at(c.w, parts))
        .isCloseTo(value, within(1e-14));
    assertThat(parts).containsExactly(whole, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({"6,3,2", "9,4,5"})
  void theGradientIsWhatTheValueChangesBy(int n, int d, int classes) {
    Case c = Case.of(n, d, classes);
    LogisticObjective objective = new LogisticObjective(List.of(c.whole()), classes, 3);
    double[] gradient = new double[c.w.length];
    double[] none = new double[c.w.length];
    objective.at(c.w, gradient);
    double step = 1e-5;
    for (int i = 0; i < c.w.length; i++) {
      double[] up = c.w.clone();
      double[] down = c.w.clone();
      up[i] += step;
      down[i] -= step;
      double slope = (objective.at(up, none) - objective.at(down, none)) / (2 * step);
      assertThat(gradient[i]).as("entry %d", i).isCloseTo(slope, within(1e-9));
    }
  }

  /** Far out, where exp overflows and a wrong formula gives infinity or no number. */
  @Test
  void hugeScoresStayFinite() {
    Labelled set = Labelled.of("x", new double[] {1000, -1000, 1000}, 1, new int[] {0, 1, 1});
    double[] gradient = new double[2];
    double value = new LogisticObjective(List.of(set), 2, 1e9).at(new double[] {10, 0}, gradient);
    assertThat(value).isCloseTo((10000 + 10000 + 0) / 3.0, within(1e-3));
    assertThat(gradient).doesNotContain(Double.NaN);
  }
}
