package dev.filip.search;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Images spread over several indexes by their ids, searched as one: the ranking, scores and ties
 * are those that one index of all of them would give, with filters and in every plan. An id that
 * more than one index holds is found more than once. Stateless.
 */
public final class Shards {
  private Shards() {}

  /**
   * The index that an id belongs to: CRC32C of its UTF-8 bytes, modulo their number. The same for
   * ever, so that what replaces or removes an image comes to where it is.
   *
   * @return from 0
   */
  public static int of(String id, int shards) {
    BadInput.require(shards >= 1, "shards", shards, ">= 1");
    CRC32C sum = new CRC32C();
    sum.update(id.getBytes(StandardCharsets.UTF_8));
    return (int) (sum.getValue() % shards);
  }

  /** The folders that {@code INDEX} or {@code INDEX,INDEX,INDEX} names, at least one. */
  public static List<Path> named(Path index) {
    String[] names = index.toString().split(",");
    boolean one = names.length == 0 || Files.exists(index);
    return one ? List.of(index) : Arrays.stream(names).map(Path::of).toList();
  }

  /**
   * Opens the newest state of each as one.
   *
   * @throws BadInput where one is named twice, they are of unlike vectors, or a field of metadata
   *     has several types
   */
  public static Snapshot open(List<Path> indexes) throws IOException {
    BadInput.require(!indexes.isEmpty(), "indexes", "none", "at least one");
    Set<Path> once = new HashSet<>();
    for (Path index : indexes) {
      boolean fresh = once.add(Files.exists(index) ? index.toRealPath() : index);
      BadInput.require(fresh, "index", index, "named once");
    }
    if (indexes.size() == 1) {
      return Snapshot.open(indexes.getFirst());
    }
    List<Snapshot> parts = new ArrayList<>();
    try {
      for (Path index : indexes) {
        parts.add(Snapshot.open(index));
      }
      return Snapshot.together(parts);
    } catch (IOException | RuntimeException e) {
      for (Snapshot part : parts) {
        part.close();
      }
      throw e;
    }
  }

  /**
   * What several states are together.
   *
   * @throws BadInput where they cannot be
   */
  static Manifest manifest(List<Snapshot> parts) {
    IndexAbout about = parts.getFirst().about();
    long generation = 0;
    Map<String, Schema.Type> fields = new TreeMap<>();
    List<Manifest.Entry> segments = new ArrayList<>();
    for (Snapshot part : parts) {
      IndexAbout its = part.about();
      about.require("index " + part.name(), its.encoder(), its.d());
      BadInput.require(
          its.match().equals(about.match()) && its.preprocessing().equals(about.preprocessing()),
          "index " + part.name(),
          its.match() + " of preprocessing " + its.preprocessing(),
          "as the first, " + about.match() + " of " + about.preprocessing());
      BadInput.require(
          its.pool() == about.pool(),
          "pool of index " + part.name(),
          its.pool(),
          about.pool() + ", as that of the first");
      generation += part.generation();
      part.schema()
          .types()
          .forEach((field, type) -> {
            Schema.Type was = fields.putIfAbsent(field, type);
            BadInput.require(
                was == null || was == type,
                "metadata " + field + " of index " + part.name(),
                type.word(),
                "a " + (was == null ? "" : was.word()) + " as in the others");
          });
      segments.addAll(part.manifest().segments());
    }
    return new Manifest(generation, 1, new Schema(fields), segments);
  }
}
