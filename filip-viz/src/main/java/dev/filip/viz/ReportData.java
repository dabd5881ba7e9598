package dev.filip.viz;

import java.util.List;

/**
 * What a report page shows, from top to bottom. All texts are plain text; immutable.
 *
 * @param title heading of the page
 * @param intro a paragraph: what was done
 * @param scores models side by side
 * @param charts SVG of {@link CurvePlot}
 * @param examples pictures
 * @param facts what it ran on and how: names and values
 * @param notes how to read it honestly, one paragraph each
 */
public record ReportData(
    String title,
    String intro,
    ScoreTable scores,
    List<String> charts,
    List<Example> examples,
    List<Fact> facts,
    List<String> notes) {
  public ReportData {
    charts = List.copyOf(charts);
    examples = List.copyOf(examples);
    facts = List.copyOf(facts);
    notes = List.copyOf(notes);
  }

  /** One image with a caption and its pictures, side by side. */
  public record Example(String caption, List<Picture> pictures) {
    public Example {
      pictures = List.copyOf(pictures);
    }
  }

  /** A PNG with what is to be seen on it. */
  public record Picture(String title, byte[] png) {}

  /** A name and a value of the run. */
  public record Fact(String name, String value) {}
}
