package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.viz.ScoreTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that was judged of one model; what was not is null. Immutable.
 *
 * @param name in tables, such as {@code late}
 */
public record ModelScores(
    String name,
    @Nullable RetrievalResult retrieval,
    @Nullable PointingResult pointing,
    @Nullable BindingResult binding,
    @Nullable ZeroShotResult zeroShot) {

  /** Each part as its own command answers it. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    if (retrieval != null) {
      json.set("retrieval", retrieval.toJson());
    }
    if (pointing != null) {
      json.set("pointing", pointing.toJson());
    }
    if (binding != null) {
      json.set("binding", binding.toJson());
    }
    if (zeroShot != null) {
      json.set("zero_shot", zeroShot.toJson());
    }
    return json;
  }

  /** The scores of several models side by side, each beside its chance. */
  public static ScoreTable table(List<ModelScores> models) {
    Map<String, Map<String, ScoreTable.Cell>> cells = new LinkedHashMap<>();
    Map<String, String> meanings = new LinkedHashMap<>();
    for (ModelScores model : models) {
      for (Line line : model.lines()) {
        meanings.putIfAbsent(line.name, line.meaning);
        cells
            .computeIfAbsent(line.name, n -> new LinkedHashMap<>())
            .put(
                model.name,
                new ScoreTable.Cell(line.share.value(), line.share.standardError(), line.chance));
      }
    }
    List<ScoreTable.Row> rows = new ArrayList<>();
    meanings.forEach((name, meaning) ->
        rows.add(new ScoreTable.Row(name, meaning, cells.getOrDefault(name, Map.of()))));
    Set<String> names = new LinkedHashSet<>();
    models.forEach(model -> names.add(model.name));
    return new ScoreTable(List.copyOf(names), rows);
  }

  private record Line(String name, String meaning, Share share, double chance) {}

  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    if (zeroShot != null) {
      lines.add(
          new Line(
              "Zero-shot top-1",
              "the image's class name ranks first of " + zeroShot.classes(),
              zeroShot.top1(),
              1.0 / zeroShot.classes()));
    }
    if (retrieval != null) {
      retrieval(retrieval, lines);
    }
    if (pointing != null) {
      pointing(pointing, lines);
    }
    if (binding != null) {
      binding
          .byKind()
          .forEach((kind, share) ->
              lines.add(
                  new Line(
                      "Binding: " + kind,
                      kind.equals("relation")
                          ? "the true caption beats the one with the relation turned round"
                          : "the true caption beats the one with "
                              + (kind.equals("all") ? "all attributes" : kind)
                              + " exchanged",
                      share,
                      0.5)));
    }
    return lines;
  }

  private static void retrieval(RetrievalResult result, List<Line> lines) {
    String images = String.format(java.util.Locale.ROOT, "%,d", result.images());
    String texts = String.format(java.util.Locale.ROOT, "%,d", result.texts());
    lines.add(
        new Line(
            "Text to image, R@1",
            "the caption's own image ranks first of " + images,
            result.textToImage().r1(),
            1.0 / result.images()));
    lines.add(
        new Line(
            "Image to text, R@1",
            "one of the image's own captions ranks first of " + texts,
            result.imageToText().r1(),
            1.0 / result.images()));
  }

  private static void pointing(PointingResult result, List<Line> lines) {
    lines.add(
        new Line(
            "Word in box",
            "a noun's best patch lies in its true box",
            result.wordInBox().share(),
            result.wordInBox().chance()));
    lines.add(
        new Line(
            "Patch to noun",
            "of the caption's nouns, a patch in a box chooses its own",
            result.patchToWord().share(),
            result.patchToWord().chance()));
    lines.add(
        new Line(
            "Patch to any word",
            "of all words, a patch in a box chooses one of its own phrase",
            result.patchToAnyWord().share(),
            result.patchToAnyWord().chance()));
  }
}
