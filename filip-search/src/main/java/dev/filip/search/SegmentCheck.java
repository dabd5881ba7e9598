package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Reads a segment against its sums. Stateless. */
final class SegmentCheck {
  private SegmentCheck() {}

  /**
   * Adds what it reads and what is damaged.
   *
   * @param folder of the segment
   */
  static void verify(Path folder, Set<Path> read, List<String> damage) {
    Path file = folder.resolve(SegmentWriter.HEADER);
    read.add(file);
    JsonNode[] header = {Json.object()};
    IndexFiles.damage(damage, () -> header[0] = SealedJson.read(file, SegmentWriter.FORMAT));
    for (JsonNode part : header[0].path("files")) {
      Path at = folder.resolve(part.path("name").asText());
      read.add(at);
      IndexFiles.damage(damage, () -> file(at, part));
    }
  }

  private static void file(Path file, JsonNode part) throws IOException {
    if (file.getFileName().toString().equals(SegmentWriter.TOKENS)) {
      try (TokenFile tokens = TokenFile.open(file)) {
        tokens.verify(); // names section and offset
      }
    }
    long bytes = part.path("bytes").asLong();
    if (Files.size(file) != bytes) {
      throw new BadInput(
          file + " is damaged: it has " + Files.size(file) + " bytes, its segment says " + bytes);
    }
    if (!SealedJson.sum(file).equals(part.path("crc32c").asText())) {
      throw new BadInput(file + " is damaged: its sum is not its segment's");
    }
  }
}
