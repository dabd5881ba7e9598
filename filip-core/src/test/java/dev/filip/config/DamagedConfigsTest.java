package dev.filip.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged configs and JSON files are read or refused in one line. */
class DamagedConfigsTest {
  private static final long MOST = 64L << 20;

  @TempDir Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file"), bytes);
  }

  @Test
  void yaml() throws IOException {
    List<byte[]> whole = new ArrayList<>();
    Path configs = Path.of(System.getProperty("filip.root", "..")).resolve("configs");
    for (String name : List.of("scenes", "paper-base", "collages", "own")) {
      whole.add(Files.readAllBytes(configs.resolve(name + ".yaml")));
    }
    Mutations.of("yaml", whole)
        .refusing(BadInput.class)
        .allocating(MOST)
        .check(input -> RunConfigReader.read(file(input), List.of()));
  }

  @Test
  void json() {
    String text =
        "{\"model\": {\"type\": \"BPE\", \"merges\": [\"a b\", [\"c\", \"d\"]], \"x\": 1.5e3},"
            + " \"deep\": [[[[{\"é\": null, \"b\": true}]]]], \"n\": -12, \"s\": \"\\u00e9\\n\"}";
    byte[] whole = text.getBytes(StandardCharsets.UTF_8);
    byte[] deep = ("[".repeat(900) + "]".repeat(900)).getBytes(StandardCharsets.UTF_8);
    Mutations.of("json", List.of(whole, deep))
        .refusing(BadInput.class)
        .allocating(MOST)
        .check(input -> Json.read(file(input)));
    Mutations.of("json of others", List.of(whole, deep))
        .refusing(IOException.class)
        .allocating(MOST)
        .check(input -> {
          try {
            Json.ofOthers(input);
          } catch (JsonProcessingException e) {
            assertThat(Json.why(e)).isNotBlank().doesNotContain("\n", "Stream", "REDACTED");
            throw new IOException(Json.why(e));
          }
        });
  }
}
