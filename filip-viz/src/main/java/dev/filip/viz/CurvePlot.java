package dev.filip.viz;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.util.List;
import java.util.Locale;

/**
 * Curves as one SVG: axes with round ticks, a light grid, a legend. Text and axes take the page's
 * {@code currentColor}, so the same SVG is readable on light and dark ground. Stateless.
 */
public final class CurvePlot {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 320;
  private static final int LEFT = 58;
  private static final int RIGHT = 28;
  private static final int TOP = 52;
  private static final int BOTTOM = 46;
  private static final int MOST_POINTS = 400;

  private CurvePlot() {}

  /** One curve; not finite points break it. */
  public record Series(String name, double[] x, double[] y) {
    public Series {
      if (x.length != y.length) {
        throw new IllegalArgumentException(
            "series " + name + " has " + x.length + " x and " + y.length + " y");
      }
    }
  }

  /**
   * A curve from the lines of a {@code metrics.jsonl}: {@code key} over {@code step}. Lines without
   * the key (other events) are passed over.
   */
  public static Series ofMetrics(String name, List<String> lines, String key) {
    List<JsonNode> points =
        lines.stream()
            .filter(line -> !line.isBlank())
            .map(Json::parse)
            .filter(node -> node.path(key).isNumber() && node.path("step").isNumber())
            .toList();
    return new Series(
        name,
        points.stream().mapToDouble(node -> node.path("step").asDouble()).toArray(),
        points.stream().mapToDouble(node -> node.path(key).asDouble()).toArray());
  }

  /** Draws {@code series} over common axes; an empty list gives empty axes from 0 to 1. */
  public static String svg(String title, String xLabel, String yLabel, List<Series> series) {
    Chart.Axis x = Chart.Axis.over(series.stream().map(Series::x).toList());
    Chart.Axis y = Chart.Axis.over(series.stream().map(Series::y).toList());
    StringBuilder out = new StringBuilder(8192);
    put(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
            + "font-family=\"system-ui,sans-serif\" font-size=\"13\" fill=\"currentColor\">",
        WIDTH,
        HEIGHT);
    put(out, "<title>%s</title>", Html.escape(title));
    put(
        out,
        "<text x=\"%d\" y=\"18\" font-size=\"15\" font-weight=\"600\">%s</text>",
        LEFT,
        Html.escape(title));
    grid(out, x, y);
    labels(out, xLabel, yLabel);
    for (int i = 0; i < series.size(); i++) {
      curve(out, series.get(i), i, x, y);
    }
    legend(out, series);
    return out.append("</svg>").toString();
  }

  private static void grid(StringBuilder out, Chart.Axis x, Chart.Axis y) {
    for (double tick : y.ticks()) {
      double at = py(y, tick);
      put(
          out,
          "<path d=\"M%d %.1fH%d\" stroke=\"currentColor\" stroke-opacity=\".15\"/>",
          LEFT,
          at,
          WIDTH - RIGHT);
      put(
          out,
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 8,
          at + 4.5,
          y.text(tick));
    }
    for (double tick : x.ticks()) {
      double at = px(x, tick);
      put(
          out,
          "<path d=\"M%.1f %dv5\" stroke=\"currentColor\" stroke-opacity=\".6\"/>",
          at,
          HEIGHT - BOTTOM);
      put(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          at,
          HEIGHT - BOTTOM + 19,
          x.text(tick));
    }
    put(
        out,
        "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".6\"/>",
        LEFT,
        TOP,
        HEIGHT - BOTTOM,
        WIDTH - RIGHT);
  }

  private static void labels(StringBuilder out, String xLabel, String yLabel) {
    put(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" opacity=\".75\">%s</text>",
        WIDTH - RIGHT,
        HEIGHT - 8,
        Html.escape(xLabel));
    put(
        out,
        "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\" opacity=\".75\">%s</text>",
        (TOP + HEIGHT - BOTTOM) / 2,
        Html.escape(yLabel));
  }

  private static void curve(StringBuilder out, Series series, int i, Chart.Axis x, Chart.Axis y) {
    int stride = Math.max(1, Math.ceilDiv(series.x.length, MOST_POINTS));
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (int p = 0; p < series.x.length; p += stride) {
      double mean = mean(series.y, p, Math.min(p + stride, series.y.length));
      if (!Double.isFinite(mean) || !Double.isFinite(series.x[p])) {
        pen = false;
        continue;
      }
      put(path, "%s%.1f %.1f", pen ? "L" : "M", px(x, series.x[p]), py(y, mean));
      pen = true;
    }
    put(
        out,
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"%s/>",
        path,
        color(i),
        dash(i));
  }

  private static double mean(double[] y, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += y[i];
    }
    return sum / (to - from);
  }

  private static void legend(StringBuilder out, List<Series> series) {
    double at = LEFT;
    for (int i = 0; i < series.size(); i++) {
      put(
          out,
          "<path d=\"M%.1f 36h22\" stroke=\"%s\" stroke-width=\"3\"%s/>",
          at,
          color(i),
          dash(i));
      String name = series.get(i).name;
      put(out, "<text x=\"%.1f\" y=\"40.5\">%s</text>", at + 28, Html.escape(name));
      at += 46 + 7.5 * name.length();
    }
  }

  // Blue and vermilion first: the two that differ most for every colour vision, on both grounds.
  /** Colour of series i; a page may set its own by {@code --series-i}. */
  static String color(int i) {
    int[] order = {4, 5, 2, 0, 6, 1};
    return "var(--series-" + i + "," + Palette.css(Palette.name(order[i % order.length])) + ")";
  }

  private static String dash(int i) {
    String[] dashes = {"", " stroke-dasharray=\"7 3\"", " stroke-dasharray=\"2 3\""};
    return i < 2 ? "" : dashes[i % dashes.length];
  }

  private static double px(Chart.Axis x, double value) {
    return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double py(Chart.Axis y, double value) {
    return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void put(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
