package dev.filip.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes {@code metrics.jsonl} and TensorBoard events. */
final class MetricsListener implements TrainListener {
  private final RunFolder folder;
  private final MetricsFile metrics;
  private @Nullable EventFile events;

  MetricsListener(RunFolder folder) {
    this.folder = folder;
    this.metrics = new MetricsFile(folder.metrics());
  }

  @Override
  public void onStart(long done, long total) throws IOException {
    metrics.keepUpTo(done);
    events = new EventFile(folder.events(), done, now());
  }

  @Override
  public void onMetrics(StepMetrics step) throws IOException {
    metrics.append(step.toJson());
    scalars(step.step(), "train/", step.values());
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> scores) throws IOException {
    ObjectNode line = Json.object().put("step", step);
    ObjectNode evaluation = line.putObject("evaluation");
    scores.forEach(evaluation::put);
    metrics.append(line);
    scalars(step, "evaluation/", scores);
  }

  private void scalars(long step, String prefix, Map<String, Double> values) throws IOException {
    Map<String, Double> named = new LinkedHashMap<>();
    values.forEach((key, value) -> named.put(prefix + key, value));
    if (events != null) {
      events.scalars(step, now(), named);
    }
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }
}
