package dev.filip.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.eval.ZeroShotEval;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.viz.Report;
import dev.filip.viz.ScoreTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The table of a suite: {@code suite.md}, {@code suite.json}, {@code suite.html} in its folder.
 * Immutable.
 *
 * @param models scores by model and data set, in order
 * @param skipped why data sets were left out, by name
 * @param twelve the data sets of the paper, whose mean is given only where all are there
 * @param command as it was called
 */
public record SuiteReport(
    SequencedMap<String, SequencedMap<String, Suite.Score>> models,
    SequencedMap<String, String> skipped,
    List<String> twelve,
    Suite suite,
    String command) {
  public SuiteReport {
    models = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(models));
    skipped = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(skipped));
    twelve = List.copyOf(twelve);
  }

  /** Writes all three. */
  public void write(Path folder) throws IOException {
    Outputs.file(folder.resolve("suite.json"), bytes(Json.pretty(toJson()) + "\n"));
    Outputs.file(folder.resolve("suite.md"), bytes(markdown()));
    page().write(folder.resolve("suite.html"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Data sets that any model was judged on, in order. */
  private Set<String> datasets() {
    Set<String> names = new LinkedHashSet<>();
    models.values().forEach(scores -> names.addAll(scores.keySet()));
    return names;
  }

  /** The whole answer; {@code mean} only where all twelve are there. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    ObjectNode all = json.putObject("models");
    ObjectNode means = Json.object();
    models.forEach((model, scores) -> {
      ObjectNode one = all.putObject(model);
      scores.forEach((dataset, score) -> one.set(dataset, score(score)));
      if (scores.keySet().containsAll(twelve)) {
        means.put(model, mean(scores));
      }
    });
    if (!means.isEmpty()) {
      json.set("mean", means);
    }
    ObjectNode left = json.putObject("skipped");
    skipped.forEach(left::put);
    json.put("prompts", suite.prompts().name().toLowerCase(Locale.ROOT));
    json.put("ranking", suite.ranking().key());
    json.set("published", published());
    return json;
  }

  private static ObjectNode score(Suite.Score score) {
    ZeroShotEval.Result result = score.result();
    ObjectNode json = Json.object().put("split", score.split()).put("top1", result.top1().value());
    json.set("top5", result.toJson().get("top5"));
    json.put("mean_per_class", result.meanPerClass()).put("n", result.top1().n());
    double[] interval = score.interval();
    ArrayNode ci = json.putArray("ci");
    ci.add(interval[0]).add(interval[1]);
    json.put("classes", result.classes()).put("prompts", result.prompts());
    json.put("match", result.match().key()).put("trained_so", result.trainedSo());
    json.set("unreadable", result.skipped().toJson());
    score.notes().forEach(json.putArray("notes")::add);
    json.put("encoded", score.encoded());
    json.putObject("seconds")
        .put("encoding", score.encodeSeconds())
        .put("matching", score.matchSeconds());
    return json.put("fingerprint", result.fingerprint());
  }

  private double mean(Map<String, Suite.Score> scores) {
    return twelve.stream()
        .map(scores::get)
        .mapToDouble(score -> score.result().top1().value())
        .average()
        .orElse(Double.NaN);
  }

  /** The paper's own table 1: top-1 in percent by model and data set. */
  private static JsonNode published() {
    try (InputStream in = SuiteReport.class.getResourceAsStream("published.json")) {
      if (in == null) {
        throw new IllegalStateException("resource published.json is missing");
      }
      return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The table for people. */
  public String table() {
    List<String> names = new ArrayList<>(models.keySet());
    List<String> papers = new ArrayList<>();
    published().fieldNames().forEachRemaining(papers::add);
    StringBuilder table = new StringBuilder("| data set | split | images | classes |");
    names.forEach(name -> table.append(' ').append(name).append(" |"));
    papers.forEach(name -> table.append(' ').append(name).append(", published |"));
    table.append('\n').append("|---".repeat(4 + names.size() + papers.size())).append("|\n");
    for (String dataset : datasets()) {
      table.append(line(dataset, papers));
    }
    if (models.values().stream().anyMatch(scores -> scores.keySet().containsAll(twelve))) {
      table.append(means(papers));
    }
    return table.toString();
  }

  private String line(String dataset, List<String> papers) {
    Suite.Score any =
        models.values().stream()
            .filter(scores -> scores.containsKey(dataset))
            .map(scores -> scores.get(dataset))
            .findFirst()
            .orElseThrow();
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "| %s | %s | %,d | %d |",
                dataset,
                any.split(),
                any.result().top1().n(),
                any.result().classes()));
    for (Map<String, Suite.Score> scores : models.values()) {
      Suite.Score score = scores.get(dataset);
      line.append(score == null ? " - |" : cell(score));
    }
    papers.forEach(name -> line.append(published(name, dataset)));
    return line.append('\n').toString();
  }

  private static String cell(Suite.Score score) {
    double[] interval = score.interval();
    return String.format(
        Locale.ROOT,
        " %.1f (%.1f to %.1f) |",
        100 * score.result().top1().value(),
        100 * interval[0],
        100 * interval[1]);
  }

  private static String published(String model, String dataset) {
    JsonNode number = published().path(model).path(dataset);
    return number.isNumber() ? String.format(Locale.ROOT, " %.1f |", number.asDouble()) : " - |";
  }

  private String means(List<String> papers) {
    StringBuilder line = new StringBuilder("| mean of the twelve | | | |");
    for (Map<String, Suite.Score> scores : models.values()) {
      line.append(
          scores.keySet().containsAll(twelve)
              ? String.format(Locale.ROOT, " %.1f |", 100 * mean(scores))
              : " - |");
    }
    papers.forEach(name -> line.append(published(name, "mean")));
    return line.append('\n').toString();
  }

  private String markdown() {
    StringBuilder text = new StringBuilder("# Zero-shot classification, top-1 in percent\n\n```\n");
    text.append(command).append("\n```\n\n").append(table()).append('\n');
    text.append(remarks());
    notes().forEach(note -> text.append("- ").append(note).append('\n'));
    times()
        .forEach(fact ->
            text.append("- ").append(fact.name()).append(": ").append(fact.value()).append('\n'));
    return text.toString();
  }

  private Report page() {
    List<Report.Fact> facts = new ArrayList<>(List.of(new Report.Fact("command", command)));
    facts.addAll(times());
    facts.addAll(facts());
    return new Report(
        "Zero-shot classification",
        "Every image is named by the class whose prompts fit it best; top-1 on the split that each set is judged on.",
        scores(),
        List.of(),
        Report.Gallery.NONE,
        facts,
        notes());
  }

  private ScoreTable scores() {
    List<String> columns = new ArrayList<>(models.keySet());
    published().fieldNames().forEachRemaining(name -> columns.add(name + ", published"));
    List<ScoreTable.Row> rows = new ArrayList<>();
    for (String dataset : datasets()) {
      Map<String, ScoreTable.Cell> cells = new LinkedHashMap<>();
      String meaning = "";
      for (Map.Entry<String, SequencedMap<String, Suite.Score>> model : models.entrySet()) {
        Suite.Score score = model.getValue().get(dataset);
        if (score != null) {
          ZeroShotEval.Result result = score.result();
          double error = result.top1().standardError();
          double chance = 1.0 / result.classes();
          cells.put(model.getKey(), new ScoreTable.Cell(result.top1().value(), error, chance));
          meaning =
              String.format(
                  Locale.ROOT,
                  "%s, %,d images, %d classes",
                  score.split(),
                  result.top1().n(),
                  result.classes());
        }
      }
      for (Map.Entry<String, JsonNode> paper : published().properties()) {
        JsonNode number = paper.getValue().path(dataset);
        if (number.isNumber()) {
          cells.put(
              paper.getKey() + ", published",
              new ScoreTable.Cell(number.asDouble() / 100, Double.NaN, Double.NaN));
        }
      }
      rows.add(new ScoreTable.Row(dataset, meaning, cells));
    }
    return new ScoreTable(columns, rows);
  }

  /** What was left out and what should be known of the sets that were judged, a line each. */
  public String remarks() {
    StringBuilder lines = new StringBuilder();
    facts()
        .forEach(fact ->
            lines.append("- ").append(fact.name()).append(": ").append(fact.value()).append('\n'));
    return lines.toString();
  }

  private List<Report.Fact> facts() {
    SequencedMap<String, List<String>> why = new LinkedHashMap<>();
    skipped.forEach(
        (name, reason) -> why.computeIfAbsent(reason, _ -> new ArrayList<>()).add(name));
    List<Report.Fact> facts = new ArrayList<>();
    why.forEach((reason, names) ->
        facts.add(new Report.Fact("Left out", String.join(", ", names) + ": " + reason)));
    for (String dataset : datasets()) {
      Set<String> notes = new LinkedHashSet<>();
      for (Map<String, Suite.Score> scores : models.values()) {
        Suite.Score score = scores.get(dataset);
        if (score != null) {
          notes.addAll(score.notes());
          if (!score.published()) {
            notes.add("the published numbers are of another set");
          }
        }
      }
      if (!notes.isEmpty()) {
        facts.add(new Report.Fact(dataset, String.join("; ", notes)));
      }
    }
    return facts;
  }

  private List<Report.Fact> times() {
    List<Report.Fact> facts = new ArrayList<>();
    models.forEach((model, scores) ->
        scores.forEach((dataset, score) ->
            facts.add(
                new Report.Fact(
                    model + ", " + dataset,
                    String.format(
                        Locale.ROOT,
                        "%.1f s for images (%,d encoded now), %.1f s for prompts and scores",
                        score.encodeSeconds(),
                        score.encoded(),
                        score.matchSeconds())))));
    return facts;
  }

  private List<String> notes() {
    String prompts =
        switch (suite.prompts()) {
          case PAPER -> "Prompts: the paper's ensemble of each set, for every model.";
          case CLIP -> "Prompts: CLIP's published list of each set, for every model.";
          case SINGLE -> "Prompts: \"a photo of a {}.\" for every set and model.";
        };
    return List.of(
        prompts + " Late models average similarities over prompts, global ones embeddings.",
        "Brackets: 95 % intervals by bootstrap over images; they cover the choice of test images, not of training seeds.",
        "Published: the paper's table of zero-shot results (arXiv 2111.07783), by its models, prompts and splits; not measured here.",
        "The mean is given only where all twelve data sets are there.");
  }
}
