package dev.filip.bench;

import dev.filip.viz.CurvePlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws a table of {@code bench/loss_curve.sh}: milliseconds over the batch, ours and PyTorch's.
 * Arguments: table, patches, SVG.
 */
public final class LossCurvePlot {
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| (\\d+) \\| (\\w+) \\| ([\\d.]+) \\|.*\\| ([^|]*) \\|");

  private static final Pattern PEER = Pattern.compile("(fp32|bf16) (\\d+), ");

  private LossCurvePlot() {}

  public static void main(String[] args) throws IOException {
    Map<String, Map<Integer, Double>> curves = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      Matcher row = ROW.matcher(line);
      if (row.matches() && row.group(2).equals(args[1])) {
        int batch = Integer.parseInt(row.group(1));
        put(curves, "ours, " + row.group(3), batch, row.group(4));
        Matcher peer = PEER.matcher(row.group(5));
        while (peer.find()) {
          put(curves, "PyTorch " + peer.group(1), batch, peer.group(2));
        }
      }
    }
    String title = "Late loss beside its dense formula, " + args[1] + " patches";
    String svg = CurvePlot.svg(title, "batch", "milliseconds", series(curves));
    String onWhite = "<svg style=\"background:#fff;color:#222\" "; // a file has no page's colours
    Files.writeString(Path.of(args[2]), svg.replaceFirst("<svg ", onWhite));
  }

  private static void put(
      Map<String, Map<Integer, Double>> curves, String name, int batch, String milliseconds) {
    curves.computeIfAbsent(name, _ -> new TreeMap<>()).put(batch, Double.parseDouble(milliseconds));
  }

  private static List<CurvePlot.Series> series(Map<String, Map<Integer, Double>> curves) {
    List<CurvePlot.Series> series = new ArrayList<>();
    curves.forEach((name, points) ->
        series.add(
            new CurvePlot.Series(
                name,
                points.keySet().stream().mapToDouble(b -> b).toArray(),
                points.values().stream().mapToDouble(ms -> ms).toArray())));
    return series;
  }
}
