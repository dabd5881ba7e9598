package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepTest {
  private static Sweep.Tried tried(double c, double top1, double loss) {
    return new Sweep.Tried(new Sweep.Point(c, top1, top1, loss, 100, 1, 1, true), new double[] {c});
  }

  /** A peak at 10^1.375, which is on the finest grid. */
  @Test
  void halvesTheDistanceAroundTheBest() {
    List<Double> order = new ArrayList<>();
    Sweep sweep =
        Sweep.run((c, start) -> {
          order.add(c);
          return tried(c, 1 - Math.abs(Math.log10(c) - 1.375) / 20, 0);
        });
    assertThat(sweep.best().c()).isEqualTo(Math.pow(10, 11 / 8.0));
    assertThat(order).hasSize(Sweep.FITS).startsWith(1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6);
    assertThat(order.subList(7, 9)).containsExactly(10.0, 1000.0);
    assertThat(sweep.tried()).isSortedAccordingTo((a, b) -> Double.compare(a.c(), b.c()));
  }

  @Test
  void anEndOfTheGridIsNotLeft() {
    Sweep sweep = Sweep.run((c, start) -> tried(c, Math.log10(c) / 10, 0));
    assertThat(sweep.best().c()).isEqualTo(1e6);
    assertThat(sweep.tried()).hasSize(7 + 4).allMatch(p -> p.c() <= 1e6);
  }

  @Test
  void equalOnesAreToldApartByLossThenByC() {
    assertThat(Sweep.run((c, start) -> tried(c, 0.5, Math.abs(Math.log10(c) - 2))).best().c())
        .isEqualTo(100);
    assertThat(Sweep.run((c, start) -> tried(c, 0.5, 1)).best().c()).isEqualTo(1e-6);
  }

  @Test
  void aFitBeginsFromTheNearestSmallerC() {
    Sweep.run((c, start) -> {
      if (start == null) {
        assertThat(c).isEqualTo(1e-6);
      } else {
        assertThat(start[0]).isLessThan(c);
      }
      return tried(c, 0, 1);
    });
  }
}
