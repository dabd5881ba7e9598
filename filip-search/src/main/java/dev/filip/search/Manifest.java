package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A state of an index: its segments, the dead items of each, the types of metadata. A state is
 * committed by renaming its file, {@code manifest-00000007.json}, into place when all that it names
 * is on the disk; the highest number counts. Immutable.
 *
 * @param generation its number, from 1
 * @param next the number of the segment made next
 */
record Manifest(long generation, long next, Schema schema, List<Entry> segments) {
  private static final String FORMAT = "filip-manifest/1";
  private static final Pattern NAME = Pattern.compile("manifest-(\\d{8,})\\.json");

  Manifest {
    segments = List.copyOf(segments);
  }

  /**
   * One segment in a state.
   *
   * @param name of its folder
   * @param dead how many of its items are
   * @param deadFile with a bit an item; empty where none is dead
   * @param deadSum CRC32C of that file
   */
  record Entry(String name, int items, int dead, String deadFile, String deadSum) {
    int live() {
      return items - dead;
    }

    /**
     * Bits of dead items.
     *
     * @throws BadInput where the file is not as it was written
     */
    BitSet deadItems(Path index) throws IOException {
      if (deadFile.isEmpty()) {
        return new BitSet();
      }
      byte[] bytes = Files.readAllBytes(index.resolve(deadFile));
      if (!SealedJson.sum(bytes).equals(deadSum)) {
        throw new BadInput(index.resolve(deadFile) + " is damaged: it is not as it was written");
      }
      return BitSet.valueOf(bytes);
    }
  }

  static Manifest empty() {
    return new Manifest(1, 1, Schema.EMPTY, List.of());
  }

  static String segmentName(long number) {
    return String.format(Locale.ROOT, "segment-%08d", number);
  }

  Path file(Path index) {
    return index.resolve(String.format(Locale.ROOT, "manifest-%08d.json", generation));
  }

  /** The number of the state that counts; nothing where there is none. */
  static Optional<Long> newest(Path index) throws IOException {
    return generations(index).stream().max(Long::compare);
  }

  private static List<Long> generations(Path index) throws IOException {
    try (Stream<Path> files = Files.list(index)) {
      return files
          .map(file -> NAME.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .map(name -> Long.parseLong(name.group(1)))
          .toList();
    }
  }

  /**
   * The state that counts. A damaged one is not passed over: an older one would lack what was
   * acknowledged.
   *
   * @throws BadInput where there is none, or it is damaged
   */
  static Manifest read(Path index) throws IOException {
    long newest =
        newest(index)
            .orElseThrow(() -> new BadInput(index + " has no manifest: it is damaged or no index"));
    Path file = new Manifest(newest, 1, Schema.EMPTY, List.of()).file(index);
    JsonNode json = SealedJson.read(file, FORMAT);
    List<Entry> segments = new ArrayList<>();
    for (JsonNode s : json.path("segments")) {
      segments.add(
          new Entry(
              s.path("name").asText(),
              s.path("items").asInt(),
              s.path("dead").asInt(),
              s.path("dead_file").asText(),
              s.path("dead_crc32c").asText()));
    }
    BadInput.require(
        json.path("generation").asLong() == newest,
        "generation of " + file,
        json.path("generation"),
        "its name's");
    Schema schema = Schema.of(json.path("fields"));
    return new Manifest(newest, json.path("next_segment").asLong(), schema, segments);
  }

  /** Makes it the state that counts, and removes older ones. */
  void commit(Path index) throws IOException {
    SealedJson.write(file(index), toJson());
    for (long older : generations(index)) {
      if (older < generation) {
        Files.deleteIfExists(new Manifest(older, 1, Schema.EMPTY, List.of()).file(index));
      }
    }
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("format", FORMAT).put("generation", generation);
    json.put("next_segment", next).set("fields", schema.toJson());
    ArrayNode all = json.putArray("segments");
    for (Entry s : segments) {
      all.addObject()
          .put("name", s.name)
          .put("items", s.items)
          .put("dead", s.dead)
          .put("dead_file", s.deadFile)
          .put("dead_crc32c", s.deadSum);
    }
    return json;
  }
}
