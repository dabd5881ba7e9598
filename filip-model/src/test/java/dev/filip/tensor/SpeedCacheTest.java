package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedCacheTest {
  private static final ProductSpeed FIRST = new ProductSpeed(117, 42);
  private static final ProductSpeed LATER = new ProductSpeed(90, 180);

  @TempDir Path temp;

  private Path only() throws IOException {
    try (var files = Files.list(temp)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @Test
  void anAnswerOutlivesItsProcess() throws IOException {
    assertThat(new SpeedCache(temp).get("a Xeon; 256x768x3072", () -> FIRST)).isEqualTo(FIRST);
    assertThat(Json.read(only()).path("of").asText()).isEqualTo("a Xeon; 256x768x3072");
    SpeedCache other = new SpeedCache(temp);
    assertThat(other.get("a Xeon; 256x768x3072", () -> LATER)).isEqualTo(FIRST);
    assertThat(other.get("another Xeon; 256x768x3072", () -> LATER)).isEqualTo(LATER);
  }

  @Test
  void aNewMeasurementTakesItsPlace() {
    SpeedCache cache = new SpeedCache(temp);
    cache.get("key", () -> FIRST);
    assertThat(cache.renew("key", () -> LATER)).isEqualTo(LATER);
    assertThat(cache.get("key", () -> FIRST)).isEqualTo(LATER);
    assertThat(new SpeedCache(temp).get("key", () -> FIRST)).isEqualTo(LATER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"of\": \"key\", \"fp32_",
        "[]",
        "{\"of\": \"key\"}",
        "{\"of\": \"key\", \"fp32_gflops\": \"fast\", \"bf16_gflops\": 3}",
        "{\"of\": \"key\", \"fp32_gflops\": 0, \"bf16_gflops\": 42.0}",
        "{\"of\": \"other\", \"fp32_gflops\": 117.0, \"bf16_gflops\": 42.0}"
      })
  void aDamagedFileIsMeasuredAgain(String content) throws IOException {
    new SpeedCache(temp).get("key", () -> FIRST);
    Files.writeString(only(), content);
    assertThat(new SpeedCache(temp).get("key", () -> LATER)).isEqualTo(LATER);
    assertThat(new SpeedCache(temp).get("key", () -> FIRST)).isEqualTo(LATER);
  }

  @Test
  void aFolderThatCannotBeMadeIsNoFailure() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "in the way");
    SpeedCache cache = new SpeedCache(file.resolve("products"));
    assertThat(cache.get("key", () -> FIRST)).isEqualTo(FIRST);
    assertThat(cache.get("key", () -> LATER)).isEqualTo(FIRST); // within the process
    assertThat(file).hasContent("in the way");
  }
}
