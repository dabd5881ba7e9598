package dev.filip.viz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class CurvePlotTest {
  @Test
  void isWellFormedAndHoldsEverySeries() throws Exception {
    double[] x = new double[1000];
    double[] late = new double[1000];
    double[] global = new double[1000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
      late[i] = 4.1 * Math.exp(-i / 250.0) + 0.3 + 0.05 * Math.sin(i * 7.3);
      global[i] = 4.1 * Math.exp(-i / 400.0) + 0.5 + 0.05 * Math.sin(i * 5.1);
    }
    String svg =
        CurvePlot.svg(
            "Training loss",
            "step",
            "loss",
            List.of(
                new CurvePlot.Series("late & co", x, late),
                new CurvePlot.Series("global", x, global)));
    keep("curves.svg", svg);
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertThat(document.getDocumentElement().getTextContent()).contains("late & co", "global");
    assertThat(svg.length()).isLessThan(30_000);
  }

  @Test
  void breaksAtNotFinitePoints() {
    double nan = Double.NaN;
    String svg =
        CurvePlot.svg(
            "t",
            "x",
            "y",
            List.of(
                new CurvePlot.Series("a", new double[] {0, 1, 2, 3}, new double[] {1, nan, 2, 3})));
    assertThat(svg).doesNotContain("NaN");
    String path = svg.substring(svg.lastIndexOf("<path d=\"M", svg.indexOf("stroke-width=\"2\"")));
    assertThat(path.substring(0, path.indexOf("fill")).chars().filter(c -> c == 'M').count())
        .isEqualTo(2);
  }

  @Test
  void axesAreRound() {
    Chart.Axis axis = Chart.Axis.over(List.of(new double[] {0.13, 4.62}));
    assertThat(axis).isEqualTo(new Chart.Axis(0, 5, 1));
    assertThat(
            Chart.Axis.over(List.of(new double[] {0.1, 0.2})).ticks().stream()
                .map(v -> axis2(v))
                .toList())
        .containsExactly("0.10", "0.12", "0.14", "0.16", "0.18", "0.20");
    assertThat(Chart.Axis.over(List.of())).isEqualTo(new Chart.Axis(0, 1, 0.2));
    assertThat(Chart.Axis.over(List.of(new double[] {3, 3})).share(3)).isZero();
  }

  private static String axis2(double v) {
    return new Chart.Axis(0.1, 0.2, 0.02).text(v);
  }

  static void keep(String name, String text) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "pictures"));
    Files.writeString(folder.resolve(name), text);
  }
}
