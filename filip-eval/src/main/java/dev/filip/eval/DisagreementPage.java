package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.viz.Report;
import dev.filip.viz.ScoreTable;
import dev.filip.viz.Thumbnail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The pictures on which two models disagree, as one HTML file: first those that only the first had
 * right, then those that only the second had.
 */
public final class DisagreementPage {
  private static final int EACH = 24;
  private final Comparison comparison;
  private final SampleSource source;

  private DisagreementPage(Comparison comparison, SampleSource source) {
    this.comparison = comparison;
    this.source = source;
  }

  /**
   * Writes it.
   *
   * @param source the data that both were judged on
   * @param names how the two are called
   */
  public static void write(
      Comparison comparison, SampleSource source, List<String> names, Path file)
      throws IOException {
    new DisagreementPage(comparison, source).page(names).write(file);
  }

  private Report page(List<String> names) throws IOException {
    Map<String, Long> places = places();
    List<Report.Example> examples = new ArrayList<>();
    for (boolean first : new boolean[] {true, false}) {
      List<Integer> all = comparison.disagreements(first);
      List<Report.Picture> pictures = new ArrayList<>();
      for (int i : all.subList(0, Math.min(EACH, all.size()))) {
        Long at = places.get(comparison.keys().get(i));
        if (at != null) {
          pictures.add(picture(i, source.read(at).image()));
        }
      }
      String title =
          String.format(
              Locale.ROOT,
              "only %s is right: %,d of %,d images",
              names.get(first ? 0 : 1),
              all.size(),
              comparison.keys().size());
      examples.add(new Report.Example(title, pictures));
    }
    return new Report(
        "Where two models disagree",
        names.get(0)
            + " beside "
            + names.get(1)
            + ", "
            + comparison.task()
            + " on "
            + source.describe(),
        scores(names),
        List.of(),
        new Report.Gallery("Pictures", examples),
        List.of(),
        List.of(
            "The difference is that of paired images; its interval is a bootstrap over images and covers the choice of test images, not of training seeds.",
            "At most " + EACH + " pictures of each kind are shown, in the order of the data."));
  }

  /** Where each key lies; only texts are read. */
  private Map<String, Long> places() throws IOException {
    Map<String, Long> places = new HashMap<>();
    for (long i = 0; i < source.size(); i++) {
      try {
        places.putIfAbsent(source.text(i).key(), i);
      } catch (UnreadableSample unusable) {
        continue; // was not judged either
      }
    }
    return places;
  }

  private Report.Picture picture(int i, byte[] encoded) throws IOException {
    return new Report.Picture(title(i), Thumbnail.png(encoded));
  }

  /** For classification what each said, else the key. */
  private String title(int i) {
    JsonNode one = comparison.first().path("outcomes");
    JsonNode other = comparison.second().path("outcomes");
    if (!one.has("predicted")) {
      return comparison.keys().get(i);
    }
    String right = name(one, one.path("labels").path(i).asInt());
    String a = name(one, one.path("predicted").path(i).asInt());
    String b = name(other, other.path("predicted").path(i).asInt());
    return right + ": " + (a.equals(right) ? "the other said " + b : "the other said " + a);
  }

  private static String name(JsonNode outcomes, int label) {
    return outcomes.path("classes").path(label).asText("class " + label);
  }

  private ScoreTable scores(List<String> names) {
    List<ScoreTable.Row> rows = new ArrayList<>();
    comparison
        .toJson()
        .path("metrics")
        .properties()
        .forEach(metric -> {
          JsonNode n = metric.getValue();
          Map<String, ScoreTable.Cell> cells = new HashMap<>();
          cells.put(
              names.get(0), new ScoreTable.Cell(n.path("a").asDouble(), Double.NaN, Double.NaN));
          cells.put(
              names.get(1), new ScoreTable.Cell(n.path("b").asDouble(), Double.NaN, Double.NaN));
          rows.add(
              new ScoreTable.Row(
                  metric.getKey(),
                  String.format(
                      Locale.ROOT,
                      "difference %+.4f (95 %%: %+.4f to %+.4f), p %.3g (%s)",
                      n.path("difference").asDouble(),
                      n.path("ci").path(0).asDouble(),
                      n.path("ci").path(1).asDouble(),
                      n.path("p").asDouble(),
                      n.path("test").asText()),
                  cells));
        });
    return new ScoreTable(names, rows);
  }
}
