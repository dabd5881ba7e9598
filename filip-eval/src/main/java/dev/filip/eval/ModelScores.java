package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Embedder;
import dev.filip.io.Json;
import dev.filip.viz.ScoreTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * All that was judged of one model. Immutable.
 *
 * @param name in tables, such as {@code late}
 * @param results by the name of their task, in the order they were found
 */
public record ModelScores(String name, SequencedMap<String, Task.Result> results) {
  public ModelScores {
    results = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(results));
  }

  /** Judges a model by several tasks. */
  public static ModelScores of(String name, Embedder model, EvalData data, List<Task<?>> tasks)
      throws IOException {
    SequencedMap<String, Task.Result> results = new LinkedHashMap<>();
    for (Task<?> task : tasks) {
      results.put(task.name(), task.run(model, data));
    }
    return new ModelScores(name, results);
  }

  /** Each part as its own command answers it. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    results.forEach((task, result) -> json.set(task.replace('-', '_'), result.toJson()));
    return json;
  }

  /** The scores of several models side by side, each beside its chance. */
  public static ScoreTable table(List<ModelScores> models) {
    Map<String, Map<String, ScoreTable.Cell>> cells = new LinkedHashMap<>();
    Map<String, String> meanings = new LinkedHashMap<>();
    for (ModelScores model : models) {
      for (Task.Result result : model.results.values()) {
        for (Task.Line line : result.lines()) {
          meanings.putIfAbsent(line.name(), line.meaning());
          cells
              .computeIfAbsent(line.name(), n -> new LinkedHashMap<>())
              .put(model.name, cell(line));
        }
      }
    }
    List<ScoreTable.Row> rows = new ArrayList<>();
    meanings.forEach((name, meaning) ->
        rows.add(new ScoreTable.Row(name, meaning, cells.getOrDefault(name, Map.of()))));
    Set<String> names = new LinkedHashSet<>();
    models.forEach(model -> names.add(model.name));
    return new ScoreTable(List.copyOf(names), rows);
  }

  private static ScoreTable.Cell cell(Task.Line line) {
    return new ScoreTable.Cell(line.share().value(), line.share().standardError(), line.chance());
  }
}
