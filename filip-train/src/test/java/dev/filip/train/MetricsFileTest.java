package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @Test
  void aResumedRunDropsWhatItWillDoAgainAndACutLine(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    MetricsListener.MetricsFile file = new MetricsListener.MetricsFile(path);
    file.keepUpTo(5); // nothing there yet is fine
    for (int step : new int[] {10, 20, 30}) {
      file.append(Json.object().put("step", step));
    }
    Files.writeString(path, Files.readString(path) + "{\"step\": 2");
    file.keepUpTo(20);
    file.append(Json.object().put("step", 25));
    assertThat(Files.readAllLines(path))
        .isEqualTo(List.of("{\"step\":10}", "{\"step\":20}", "{\"step\":25}"));
  }
}
