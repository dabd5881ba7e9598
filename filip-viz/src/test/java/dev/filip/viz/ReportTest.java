package dev.filip.viz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A page with made-up numbers, also written to target/pictures/report.html to be looked at. */
class ReportTest {
  private static ScoreTable.Row row(
      String name, String meaning, double late, double global, double chance) {
    return new ScoreTable.Row(
        name,
        meaning,
        Map.of(
            "late",
            new ScoreTable.Cell(late, 0.012, chance),
            "global",
            new ScoreTable.Cell(global, 0.016, chance)));
  }

  private static String curve() {
    List<String> late = new ArrayList<>();
    List<String> global = new ArrayList<>();
    for (int i = 0; i < 1000; i += 10) {
      late.add("{\"step\": " + i + ", \"loss\": " + (4.1 * Math.exp(-i / 250.0) + 0.3) + "}");
      global.add("{\"step\": " + i + ", \"loss\": " + (4.1 * Math.exp(-i / 420.0) + 0.5) + "}");
    }
    late.add("{\"event\": \"end\"}");
    return CurvePlot.svg(
        "Loss (each model its own)",
        "step",
        "loss",
        List.of(
            CurvePlot.ofMetrics("late", late, "loss"),
            CurvePlot.ofMetrics("global", global, "loss")));
  }

  static Report sample() {
    PatchGrid grid = Toy.grid(84, 6, 6);
    int[] good = new int[36];
    int[] bad = new int[36];
    int[] nouns = new int[36];
    for (int k = 0; k < 36; k++) {
      int row = Math.floorDiv(k, 6);
      good[k] = row < 4 && k % 6 < 3 ? 4 : row > 2 && k % 6 > 2 ? 8 : 9;
      bad[k] = (k * 7) % 10;
      nouns[k] = good[k] == 4 ? 0 : good[k] == 8 ? 1 : k % 2;
    }
    List<String> words =
        List.of("[BOS]", "a", "large", "red", "ball", "and", "a", "green", "box", "[EOS]");
    byte[] late = AwtImages.png(AlignmentPicture.draw(grid, good, words, Set.of(4, 8)));
    byte[] global = AwtImages.png(AlignmentPicture.draw(grid, bad, words, Set.of(4, 8)));
    byte[] map =
        AwtImages.png(
            NounMap.draw(
                grid,
                nouns,
                List.of("ball", "box"),
                List.of(new NounMap.Box(0, 8, 10, 42, 44), new NounMap.Box(1, 48, 46, 76, 76))));
    return new Report(
        "FILIP quickstart: late beside global",
        "Two models of one size, trained on the same generated scenes for the same number of steps.",
        new ScoreTable(
            List.of("late", "global"),
            List.of(
                row(
                    "Text to image, R@1",
                    "the caption's own image ranks first of 1,000",
                    0.81,
                    0.48,
                    0.001),
                row(
                    "Image to text, R@1",
                    "the image's own caption ranks first of 1,000",
                    0.80,
                    0.47,
                    0.001),
                row("Word in box", "a noun's best patch lies in its true box", 0.85, 0.14, 0.087),
                row("Patch to noun", "a patch in a box chooses its own noun", 0.90, 0.31, 0.41),
                row(
                    "Binding: colour",
                    "the true caption beats the one with colours exchanged",
                    0.89,
                    0.75,
                    0.5))),
        List.of(curve()),
        new Report.Gallery(
            "What each patch chose",
            List.of(
                new Report.Example(
                    "a large red ball & a green <box>",
                    List.of(
                        new Report.Picture("late: word of each patch", late),
                        new Report.Picture("late: best noun", map),
                        new Report.Picture(
                            "global: word of each patch (tokens not trained for it)", global))))),
        List.of(
            new Report.Fact("Machine", "2 cores, AVX2, 24 GiB"),
            new Report.Fact("Seed", "1"),
            new Report.Fact("Seconds", "data 38, late 133, global 85")),
        List.of("Pointing is judged at a phrase's noun, the last word that names it."));
  }

  @Test
  void isOneFileThatNeedsNoNetworkAndNoScript() throws IOException {
    Path file = Files.createDirectories(Path.of("target", "pictures")).resolve("report.html");
    sample().write(file);
    String html = Files.readString(file);
    assertThat(html).contains("a large red ball &amp; a green &lt;box&gt;");
    assertThat(html).doesNotContain("<script").doesNotContain("<box>");
    assertThat(html.replace("src=\"data:", "")).doesNotContain("src=", "href", "url(", "@import");
    assertThat(html).contains("data:image/png;base64,", "prefers-color-scheme", "<svg", "85.0 %");
  }

  @Test
  void emptyPartsAreLeftOut() {
    Report data =
        new Report(
            "t",
            "i",
            new ScoreTable(List.of(), List.of()),
            List.of(),
            Report.Gallery.NONE,
            List.of(),
            List.of());
    assertThat(data.html()).doesNotContain("<h2>");
  }

  @Test
  void metricsWithoutTheKeyArePassedOver() {
    CurvePlot.Series series =
        CurvePlot.ofMetrics(
            "x",
            List.of(
                "{\"step\": 1, \"loss\": 2.5}", "", "{\"step\": 2}", "{\"step\": 3, \"loss\": 2}"),
            "loss");
    assertThat(series.x()).containsExactly(1, 3);
    assertThat(series.y()).containsExactly(2.5, 2);
  }
}
