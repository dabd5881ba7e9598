package dev.filip.viz;

import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Named points over two axes; what is not finite is left out. Stateless. */
public final class ScatterPlot {
  private static final int WIDTH = 760;
  private static final int INNER = 380;
  private static final int LEFT = 66;
  private static final double RADIUS = 6;

  private ScatterPlot() {}

  /** One point and the words beside it. */
  public record Point(double x, double y, String label) {
    boolean isThere() {
      return Double.isFinite(x) && Double.isFinite(y);
    }
  }

  /** Draws them, each in a colour of its own. */
  public static BufferedImage draw(String title, String xLabel, String yLabel, List<Point> points) {
    List<Point> there = points.stream().filter(Point::isThere).toList();
    Chart.Axis x = Chart.Axis.over(List.of(there.stream().mapToDouble(Point::x).toArray()));
    Chart.Axis y = Chart.Axis.over(List.of(there.stream().mapToDouble(Point::y).toArray()));
    Chart chart = new Chart(title, WIDTH, LEFT, INNER, x);
    chart.xAxis(xLabel);
    chart.yAxis(y, yLabel);
    for (int i = 0; i < there.size(); i++) {
      point(chart, y, there.get(i), Palette.name(i));
    }
    return chart.done();
  }

  private static void point(Chart chart, Chart.Axis y, Point point, Color colour) {
    double px = chart.px(point.x());
    double py = chart.py(y, point.y());
    chart.g.setColor(colour);
    chart.g.fill(new Ellipse2D.Double(px - RADIUS, py - RADIUS, 2 * RADIUS, 2 * RADIUS));
    chart.g.setColor(Palette.INK);
    chart.g.setFont(Board.font(Font.PLAIN, 12));
    int width = chart.g.getFontMetrics().stringWidth(point.label());
    boolean rightHasRoom = px + RADIUS + 6 + width < WIDTH - Board.MARGIN;
    double at = rightHasRoom ? px + RADIUS + 6 : px - RADIUS - 6 - width;
    chart.g.drawString(point.label(), (float) at, (float) (py - 7));
  }
}
