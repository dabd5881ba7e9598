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
import java.util.List;

/**
 * {@code metrics.jsonl}: one object a line. A resumed run first drops the lines of steps it will do
 * again, and a last line cut by a kill.
 */
final class MetricsFile {
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
