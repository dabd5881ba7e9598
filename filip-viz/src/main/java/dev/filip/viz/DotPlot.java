package dev.filip.viz;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A line a thing, a dot a series on it, with a bar from the smallest to the largest value. What has
 * no value has its reason in words instead. Stateless.
 */
public final class DotPlot {
  private static final int WIDTH = 900;
  private static final int LINE = 30;
  private static final int LEGEND = 26;
  private static final int LETTER = 8;
  private static final int MOST_LEFT = 380;
  private static final double RADIUS = 5;

  private DotPlot() {}

  /** A mean and its spread; NaN where nothing was measured. */
  public record Dot(double low, double mean, double high) {}

  /**
   * One thing.
   *
   * @param dots one a series
   * @param note stands in the place of the dots where there are none
   */
  public record Line(String name, List<Dot> dots, String note) {
    public Line {
      dots = List.copyOf(dots);
    }
  }

  /** Draws the lines in their order; {@code series} names the dots. */
  public static BufferedImage draw(
      String title, String xLabel, List<String> series, List<Line> lines) {
    int longest = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    int left = Math.min(MOST_LEFT, 2 * Board.MARGIN + LETTER * longest);
    Chart.Axis x = Chart.Axis.over(List.of(values(lines)));
    Chart chart = new Chart(title, WIDTH, left, LEGEND + LINE * lines.size(), x);
    chart.xAxis(xLabel);
    legend(chart, series);
    for (int i = 0; i < lines.size(); i++) {
      line(chart, lines.get(i), chart.top + LEGEND + LINE * i + LINE / 2);
    }
    return chart.done();
  }

  // an axis from 0: lengths are compared
  private static double[] values(List<Line> lines) {
    List<Double> all = new ArrayList<>(List.of(0.0));
    for (Line line : lines) {
      for (Dot dot : line.dots()) {
        all.add(dot.low());
        all.add(dot.high());
      }
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Color colour(int i) {
    int[] order = {4, 5, 2, 0, 6, 1};
    return Palette.name(order[i % order.length]);
  }

  private static void legend(Chart chart, List<String> series) {
    chart.g.setFont(Board.font(Font.PLAIN, 13));
    int at = chart.left;
    for (int i = 0; i < series.size(); i++) {
      chart.g.setColor(colour(i));
      dot(chart, at + 8, chart.top + 8);
      chart.g.setColor(Palette.INK);
      chart.g.drawString(series.get(i), at + 18, chart.top + 13);
      at += 40 + chart.g.getFontMetrics().stringWidth(series.get(i));
    }
  }

  private static void line(Chart chart, Line line, int y) {
    chart.g.setFont(Board.font(Font.PLAIN, 14));
    chart.g.setColor(Palette.INK);
    int room = chart.left - 2 * Board.MARGIN;
    chart.g.drawString(Chips.fit(line.name(), chart.g.getFontMetrics(), room), Board.MARGIN, y + 5);
    boolean any = false;
    for (int i = 0; i < line.dots().size(); i++) {
      Dot dot = line.dots().get(i);
      if (Double.isFinite(dot.mean())) {
        any = true;
        int shift = 4 * (2 * i - line.dots().size() + 1);
        chart.g.setColor(colour(i));
        chart.g.setStroke(new BasicStroke(2.5f));
        chart.g.draw(
            new Line2D.Double(chart.px(dot.low()), y + shift, chart.px(dot.high()), y + shift));
        dot(chart, chart.px(dot.mean()), y + shift);
      }
    }
    if (!any && !line.note().isEmpty()) {
      chart.g.setColor(Palette.LABEL_ON_PAPER);
      chart.g.setFont(Board.font(Font.PLAIN, 12));
      int width = WIDTH - chart.left - Board.MARGIN;
      chart.g.drawString(
          Chips.fit(line.note(), chart.g.getFontMetrics(), width), chart.left + 6, y + 5);
    }
  }

  private static void dot(Chart chart, double x, double y) {
    chart.g.fill(new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS));
  }
}
