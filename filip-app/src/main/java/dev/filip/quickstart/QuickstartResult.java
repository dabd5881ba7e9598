package dev.filip.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.eval.ModelScores;
import dev.filip.eval.RetrievalEval;
import dev.filip.io.Json;
import dev.filip.viz.ScoreTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Both models' scores and where everything lies. */
public record QuickstartResult(
    Path out,
    Quickstart.Options options,
    SequencedMap<Interaction, Scores> models,
    double seconds) {
  /** The report, one file. */
  public Path report() {
    return out.resolve("report.html");
  }

  /** As {@code filip quickstart --json} answers. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    ObjectNode all = json.putObject("models");
    models.forEach((interaction, scores) ->
        all.set(
            Quickstart.name(interaction),
            scores.toJson().put("path", path(interaction).toString())));
    return json.put("report", report().toString())
        .put("seed", options.seed())
        .put("steps", options.steps())
        .put("seconds", Math.round(seconds * 10) / 10.0);
  }

  Path path(Interaction interaction) {
    return out.resolve(Quickstart.name(interaction)).resolve("model");
  }

  /** The scores side by side, each beside its chance. */
  ScoreTable table() {
    List<ModelScores> all = new ArrayList<>();
    models.values().forEach(scores -> all.add(scores.scores()));
    ScoreTable table = ModelScores.table(all);
    Map<String, ScoreTable.Cell> cells = new LinkedHashMap<>();
    models.forEach((interaction, scores) -> cells.put(Quickstart.name(interaction), twins(scores)));
    List<ScoreTable.Row> rows = new ArrayList<>(table.rows());
    rows.add(
        2,
        new ScoreTable.Row(
            "R@1 among twins",
            "mean of both directions, where every scene has a twin with the attributes exchanged",
            cells));
    return new ScoreTable(table.models(), rows);
  }

  private static ScoreTable.Cell twins(Scores scores) {
    return new ScoreTable.Cell(scores.twins().r1(), Double.NaN, 1.0 / scores.twins().images());
  }

  /** The same for people, in lines. */
  public String text() {
    StringBuilder lines = new StringBuilder(line("", table().models(), "chance"));
    for (ScoreTable.Row row : table().rows()) {
      List<String> values =
          table().models().stream().map(model -> number(row.cells().get(model))).toList();
      double chance =
          row.cells().values().stream()
              .mapToDouble(ScoreTable.Cell::chance)
              .findFirst()
              .orElse(Double.NaN);
      lines.append(line(row.name(), values, String.format(Locale.ROOT, "%.3f", chance)));
    }
    List<String> times =
        models.values().stream()
            .map(s ->
                Double.isNaN(s.trainSeconds())
                    ? "-"
                    : String.format(Locale.ROOT, "%.0f s", s.trainSeconds()))
            .toList();
    lines.append(line("training", times, ""));
    return lines
        .append(String.format(Locale.ROOT, "%.0f s in all; report: %s", seconds, report()))
        .toString();
  }

  private static String number(ScoreTable.@Nullable Cell cell) {
    return cell == null ? "-" : String.format(Locale.ROOT, "%.3f", cell.value());
  }

  private static String line(String name, List<String> values, String chance) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-24s", name));
    values.forEach(value -> line.append(String.format(Locale.ROOT, "%10s", value)));
    return line.append(String.format(Locale.ROOT, "%10s%n", chance)).toString();
  }

  /**
   * What one model of the quickstart scored.
   *
   * @param twins retrieval among scenes whose twin differs only in which object has which attribute
   * @param trainSeconds wall time of its training; NaN when it was there already
   */
  public record Scores(ModelScores scores, RetrievalEval.Result twins, double trainSeconds) {

    /** One entry of {@code models} in the answer. */
    public ObjectNode toJson() {
      ObjectNode json = scores.toJson();
      json.set("retrieval_twins", twins.toJson());
      if (!Double.isNaN(trainSeconds)) {
        json.put("train_seconds", Math.round(trainSeconds * 10) / 10.0);
      }
      return json;
    }
  }
}
