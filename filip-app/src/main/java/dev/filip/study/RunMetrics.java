package dev.filip.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The lines of a run's {@code metrics.jsonl}.
 *
 * @param steps lines of logged steps
 * @param evaluation scores of the last evaluation, empty without
 */
record RunMetrics(List<JsonNode> steps, Map<String, Double> evaluation) {
  /** Reads what is there; a file that is missing or a last line cut short is no error. */
  static RunMetrics read(Path file) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    Map<String, Double> evaluation = new LinkedHashMap<>();
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      JsonNode node = parse(line);
      if (node.has("evaluation")) {
        evaluation.clear();
        node.get("evaluation")
            .properties()
            .forEach(e -> evaluation.put(e.getKey(), e.getValue().asDouble()));
      } else if (node.has("step")) {
        steps.add(node);
      }
    }
    return new RunMetrics(steps, evaluation);
  }

  private static JsonNode parse(String line) {
    try {
      return Json.parse(line);
    } catch (BadInput cut) {
      return Json.object();
    }
  }

  /** The last logged step, 0 before any. */
  long lastStep() {
    return steps.isEmpty() ? 0 : steps.getLast().path("step").asLong();
  }

  /** A number of the last logged step. */
  double last(String key) {
    return steps.isEmpty() ? Double.NaN : steps.getLast().path(key).asDouble(Double.NaN);
  }

  /** Mean loss over the last tenth of the steps. */
  double loss() {
    double from = 0.9 * lastStep();
    return steps.stream()
        .filter(step -> step.path("step").asDouble() > from)
        .mapToDouble(step -> step.path("loss").asDouble(Double.NaN))
        .average()
        .orElse(Double.NaN);
  }

  /** Median seconds a step after the first third, from what each logged step says of its speed. */
  double secondsPerStep(int batch) {
    double from = lastStep() / 3.0;
    double[] sorted =
        steps.stream()
            .filter(step -> step.path("step").asDouble() > from)
            .mapToDouble(step -> batch / step.path("images_per_second").asDouble(Double.NaN))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
