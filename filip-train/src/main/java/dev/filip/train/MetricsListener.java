package dev.filip.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

  /**
   * {@code metrics.jsonl}: one object a line. A resumed run first drops the lines of steps it will
   * do again, and a last line cut by a kill.
   */
  static final class MetricsFile {
    private final Path file;

    MetricsFile(Path file) {
      this.file = file;
    }

    /** Keeps only whole lines of steps up to {@code step}. */
    void keepUpTo(long step) throws IOException {
      if (!Files.exists(file)) {
        return;
      }
      List<String> kept = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        if (stepOf(line) <= step) {
          kept.add(line + "\n");
        }
      }
      Outputs.file(file, String.join("", kept).getBytes(StandardCharsets.UTF_8));
    }

    private static long stepOf(String line) {
      try {
        return Json.parse(line).path("step").asLong(Long.MAX_VALUE);
      } catch (BadInput cut) {
        return Long.MAX_VALUE;
      }
    }

    /** Adds one line. */
    void append(ObjectNode metrics) throws IOException {
      Files.writeString(
          file,
          Json.line(metrics) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          StandardOpenOption.WRITE);
    }
  }
}
