package dev.filip.viz;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Points of the plots lie where their values say. */
class PlotsTest {
  private static final int BLUE = Palette.name(4).getRGB();
  private static final int ORANGE = Palette.name(0).getRGB();
  private static final int SKY = Palette.name(1).getRGB();

  /** Mean x of a colour's pixels within rows from..to; NaN where there are none. */
  private static double[] centre(BufferedImage image, int rgb, int from, int to) {
    double x = 0;
    double y = 0;
    int count = 0;
    for (int row = from; row < to; row++) {
      for (int column = 0; column < image.getWidth(); column++) {
        if (image.getRGB(column, row) == rgb) {
          x += column;
          y += row;
          count++;
        }
      }
    }
    return new double[] {x / count, y / count};
  }

  @Test
  void dotsOfALineStandAtTheirValues() {
    var low = new DotPlot.Line("low", List.of(new DotPlot.Dot(0.2, 0.2, 0.2)), "");
    var high = new DotPlot.Line("high", List.of(new DotPlot.Dot(0.8, 0.8, 0.8)), "");
    double nan = Double.NaN;
    var none = new DotPlot.Line("none", List.of(new DotPlot.Dot(nan, nan, nan)), "diverged");
    BufferedImage plot = DotPlot.draw("t", "R@1", List.of("test"), List.of(low, high, none));
    double first = centre(plot, BLUE, 72, 102)[0];
    double second = centre(plot, BLUE, 102, 132)[0];
    // the axis goes from 0 to 0.8: three quarters of the way lie between them
    double zero = 2 * Board.MARGIN + 8 * 4;
    assertThat(second - first)
        .isCloseTo(3 * (first - zero), org.assertj.core.data.Offset.offset(6.0));
    assertThat(centre(plot, BLUE, 132, 162)[0]).isNaN();
    assertThat(centre(plot, Palette.LABEL_ON_PAPER.getRGB(), 132, 162)[0]).isGreaterThan(zero);
  }

  @Test
  void pointsAreRightAndUpAsTheirValuesGrow() {
    BufferedImage plot =
        ScatterPlot.draw(
            "t",
            "seconds",
            "R@1",
            List.of(
                new ScatterPlot.Point(0.1, 0.5, "a"),
                new ScatterPlot.Point(0.3, 0.9, "b"),
                new ScatterPlot.Point(Double.NaN, 0.7, "not timed")));
    double[] a = centre(plot, ORANGE, 0, plot.getHeight());
    double[] b = centre(plot, SKY, 0, plot.getHeight());
    assertThat(b[0]).isGreaterThan(a[0] + 100);
    assertThat(b[1]).isLessThan(a[1] - 100);
    assertThat(centre(plot, Palette.name(2).getRGB(), 0, plot.getHeight())[0]).isNaN();
  }
}
