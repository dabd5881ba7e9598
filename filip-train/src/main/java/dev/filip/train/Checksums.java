package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * {@code checksums.json} of a folder: bytes and CRC-32C of every other file in it, by which a
 * damaged one is told. It needs no sum of its own: a change of it is no longer written as we write,
 * or names a file, a size or a sum that is not there. Stateless.
 */
final class Checksums {
  static final String FILE = "checksums.json";
  private static final String FORMAT = "filip-checksums/1";
  private static final int BLOCK = 1 << 20;

  private Checksums() {}

  /** Sums up what lies in a folder. */
  static void write(Path folder) throws IOException {
    ObjectNode json = Json.object().put("format", FORMAT);
    ObjectNode files = json.putObject("files");
    for (Path file : files(folder)) {
      files
          .putObject(name(folder, file))
          .put("bytes", Files.size(file))
          .put("crc32c", crc32c(file));
    }
    Files.writeString(folder.resolve(FILE), text(json));
  }

  private static String text(JsonNode json) {
    return Json.pretty(json) + "\n";
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  /** The first file that is not what it was; reads every byte. Files that came later are free. */
  static Optional<String> damage(Path folder) {
    JsonNode json = read(folder.resolve(FILE));
    JsonNode files = json.path("files");
    if (!json.path("format").asText().equals(FORMAT) || files.isEmpty()) {
      return Optional.of(FILE + " is damaged");
    }
    return files.properties().stream().flatMap(entry -> damage(folder, entry).stream()).findFirst();
  }

  /** An empty object where it is not as it was written. */
  private static JsonNode read(Path file) {
    try {
      String text = Files.readString(file);
      JsonNode json = Json.parse(text);
      return text(json).equals(text) ? json : Json.object();
    } catch (BadInput | IOException e) {
      return Json.object();
    }
  }

  private static Optional<String> damage(Path folder, Map.Entry<String, JsonNode> entry) {
    String name = entry.getKey();
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      return Optional.of(name + " is missing");
    }
    try {
      long bytes = entry.getValue().path("bytes").asLong(-1);
      long found = Files.size(file);
      if (found != bytes) {
        return Optional.of(name + " has " + found + " bytes, not " + bytes);
      }
      return crc32c(file).equals(entry.getValue().path("crc32c").asText())
          ? Optional.empty()
          : Optional.of("bytes of " + name + " have changed");
    } catch (IOException e) {
      return Optional.of(name + " cannot be read: " + TrainingStopped.reason(e));
    }
  }

  private static String crc32c(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(block) >= 0) {
        crc.update(block.flip());
        block.clear();
      }
    }
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
