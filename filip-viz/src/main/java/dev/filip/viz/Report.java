package dev.filip.viz;

import dev.filip.io.Outputs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One HTML file with everything in it: style, SVG curves, PNGs as data. It opens without network
 * and without scripts, follows the reader's light or dark setting and fits a phone. All texts are
 * plain text, shown from top to bottom; immutable.
 *
 * @param title heading of the page
 * @param intro a paragraph: what was done
 * @param scores models side by side
 * @param charts SVG of {@link CurvePlot}
 * @param gallery pictures under a heading
 * @param facts what it ran on and how: names and values
 * @param notes how to read it honestly, one paragraph each
 */
public record Report(
    String title,
    String intro,
    ScoreTable scores,
    List<String> charts,
    Gallery gallery,
    List<Fact> facts,
    List<String> notes) {
  /** What every page ends with. */
  static final String END = "</main>\n</body>\n</html>\n";

  private static final String STYLE = "report.css";

  public Report {
    charts = List.copyOf(charts);
    facts = List.copyOf(facts);
    notes = List.copyOf(notes);
  }

  /** Pictures under a heading. */
  public record Gallery(String title, List<Example> examples) {
    /** No pictures. */
    public static final Gallery NONE = new Gallery("", List.of());

    public Gallery {
      examples = List.copyOf(examples);
    }
  }

  /** One caption with its pictures, side by side. */
  public record Example(String caption, List<Picture> pictures) {
    public Example {
      pictures = List.copyOf(pictures);
    }
  }

  /** A PNG or JPEG with what is to be seen on it. */
  public record Picture(String title, byte[] image) {}

  /** A name and a value of the run. */
  public record Fact(String name, String value) {}

  /** Writes the page beside {@code file} and renames it. */
  public void write(Path file) throws IOException {
    Outputs.file(file, html().getBytes(StandardCharsets.UTF_8));
  }

  /** The page. */
  public String html() {
    StringBuilder out = new StringBuilder(1 << 16);
    begin(out, title, intro);
    scores(out, scores);
    charts(out);
    examples(out);
    facts(out);
    notes(out);
    return out.append(END).toString();
  }

  /** What every page begins with. */
  static void begin(StringBuilder out, String title, String intro) {
    out.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.append("<meta name=\"color-scheme\" content=\"light dark\">\n");
    element(out, "title", title);
    out.append("<style>\n").append(style()).append("</style>\n</head>\n<body>\n<main>\n");
    element(out, "h1", title);
    out.append("<p class=\"intro\">").append(Html.escape(intro)).append("</p>\n");
  }

  private static void scores(StringBuilder out, ScoreTable table) {
    if (table.rows().isEmpty()) {
      return;
    }
    element(out, "h2", "Scores");
    out.append("<p class=\"legend\">");
    for (int i = 0; i < table.models().size(); i++) {
      out.append("<span class=\"key\"><i style=\"background:").append(color(i)).append("\"></i>");
      out.append(Html.escape(table.models().get(i))).append("</span>");
    }
    out.append("<span class=\"key\"><i class=\"tick\"></i>guessing</span>");
    out.append(
        "<span class=\"key faint\">± one standard error</span></p>\n<div class=\"scores\">\n");
    table.rows().stream().filter(table::has).forEach(row -> row(out, table, row));
    out.append("</div>\n");
  }

  private static void row(StringBuilder out, ScoreTable table, ScoreTable.Row row) {
    out.append("<div class=\"score\"><div class=\"what\"><b>").append(Html.escape(row.name()));
    out.append("</b><span>").append(Html.escape(row.meaning())).append("</span></div><div>\n");
    for (int i = 0; i < table.models().size(); i++) {
      ScoreTable.Cell cell = row.cells().get(table.models().get(i));
      if (cell != null) {
        bar(out, table.models().get(i), cell, i, cell.value() == row.best());
      }
    }
    out.append("</div></div>\n");
  }

  private static void bar(
      StringBuilder out, String model, ScoreTable.Cell cell, int i, boolean best) {
    String error =
        Double.isNaN(cell.standardError())
            ? ""
            : String.format(Locale.ROOT, " <small>± %.1f</small>", 100 * cell.standardError());
    String chance =
        Double.isNaN(cell.chance())
            ? ""
            : String.format(
                Locale.ROOT,
                "<u style=\"left:%.2f%%\" title=\"guessing: %.1f %%\"></u>",
                100 * Math.clamp(cell.chance(), 0, 1),
                100 * cell.chance());
    out.append(
        String.format(
            Locale.ROOT,
            "<div class=\"bar\"><em>%s</em><div class=\"track\"><i style=\"width:%.2f%%;background:%s\">"
                + "</i>%s</div><span>%s%.1f %%%s%s</span></div>%n",
            Html.escape(model),
            100 * Math.clamp(cell.value(), 0, 1),
            color(i),
            chance,
            best ? "<b>" : "",
            100 * cell.value(),
            best ? "</b>" : "",
            error));
  }

  private static String color(int i) {
    return CurvePlot.color(i);
  }

  private void charts(StringBuilder out) {
    if (charts.isEmpty()) {
      return;
    }
    element(out, "h2", "Training");
    out.append("<div class=\"charts\">\n");
    charts.forEach(svg -> out.append("<figure>").append(svg).append("</figure>\n"));
    out.append("</div>\n");
  }

  private void examples(StringBuilder out) {
    if (gallery.examples.isEmpty()) {
      return;
    }
    element(out, "h2", gallery.title);
    for (Example example : gallery.examples) {
      out.append("<section class=\"example\">\n<h3>").append(Html.escape(example.caption()));
      out.append("</h3>\n<div class=\"pictures\">\n");
      for (Picture picture : example.pictures()) {
        String title = Html.escape(picture.title());
        out.append("<figure class=\"picture\"><img alt=\"").append(title).append("\" src=\"");
        out.append(AwtImages.dataUri(picture.image())).append("\"><figcaption>").append(title);
        out.append("</figcaption></figure>\n");
      }
      out.append("</div>\n</section>\n");
    }
  }

  private void facts(StringBuilder out) {
    if (facts.isEmpty()) {
      return;
    }
    element(out, "h2", "The run");
    out.append("<dl>\n");
    for (Fact fact : facts) {
      out.append("<div><dt>").append(Html.escape(fact.name())).append("</dt><dd>");
      out.append(Html.escape(fact.value())).append("</dd></div>\n");
    }
    out.append("</dl>\n");
  }

  private void notes(StringBuilder out) {
    if (notes.isEmpty()) {
      return;
    }
    element(out, "h2", "How to read this");
    for (String note : notes) {
      element(out, "p", note);
    }
  }

  static void element(StringBuilder out, String name, String text) {
    out.append('<').append(name).append('>').append(Html.escape(text));
    out.append("</").append(name).append(">\n");
  }

  private static String style() {
    try (InputStream in = Report.class.getResourceAsStream(STYLE)) {
      if (in == null) {
        throw new IllegalStateException("resource " + STYLE + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
