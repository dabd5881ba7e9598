package dev.filip.study;

import dev.filip.viz.DotPlot;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** R@1 of every variant on every source, as dots with their spread. */
final class R1Plot {
  private R1Plot() {}

  static BufferedImage of(String title, List<Measured> measured) {
    List<String> sources = Tables.sources(measured);
    List<DotPlot.Line> lines = new ArrayList<>();
    for (Measured one : measured) {
      List<DotPlot.Dot> dots = new ArrayList<>();
      for (String source : sources) {
        Spread r1 = one.r1(source);
        dots.add(new DotPlot.Dot(r1.low(), r1.mean(), r1.high()));
      }
      lines.add(new DotPlot.Line(one.variant().name(), dots, one.trouble()));
    }
    List<String> names =
        sources.stream().map(source -> source.isEmpty() ? "data.validation" : source).toList();
    return DotPlot.draw(title, "R@1, mean of both directions", names, lines);
  }
}
