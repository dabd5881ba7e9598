package dev.filip.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.store.ShardFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Reasons;
import dev.filip.io.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Samples of each shard as the files beside them tell: {@code sizes.json} (name to count), or
 * img2dataset's {@code NAME_stats.json} ({@code successes}). No shard is touched.
 */
final class ShardSizes {
  private final ShardNames names;
  private final ShardFiles files;
  private final int[] sizes;
  private final Set<String> told = new TreeSet<>();

  private ShardSizes(ShardNames names, ShardFiles files) {
    this.names = names;
    this.files = files;
    this.sizes = new int[names.size()];
    Arrays.fill(sizes, -1);
  }

  /**
   * Reads what is told.
   *
   * @throws BadInput when a file is there but cannot be read, or a count is none
   */
  static ShardSizes read(ShardNames names, ShardFiles files) {
    ShardSizes read = new ShardSizes(names, files);
    read.fromLists();
    read.fromStatistics();
    return read;
  }

  /** A count for each shard, -1 where nothing is told. */
  int[] sizes() {
    return sizes;
  }

  /** Which kinds of file told something, such as {@code sizes.json}; empty for none. */
  String by() {
    return String.join(", ", told);
  }

  /**
   * Samples of all shards by {@code __len__} beside them, or -1; it tells of a whole folder, so the
   * shards must be all of one.
   */
  long total() {
    String folder = ShardNames.folder(names.location(0));
    for (int i = 1; i < names.size(); i++) {
      if (!ShardNames.folder(names.location(i)).equals(folder)) {
        return -1;
      }
    }
    byte[] text = small(files, folder + "__len__");
    if (text == null || !allOf(folder)) {
      return -1;
    }
    String number = number(folder + "__len__", text);
    BadInput.require(
        number.matches("\\d{1,18}"), folder + "__len__", number, "a number of samples");
    return Long.parseLong(number);
  }

  private static String number(String file, byte[] text) {
    try {
      return Texts.of(text).strip();
    } catch (Texts.NotUtf8 e) {
      throw new BadInput(ShardNames.shown(file) + ": " + e.getMessage(), e);
    }
  }

  /** A web server cannot say; there the file is believed. */
  private boolean allOf(String folder) {
    return files.isRemote(folder)
        || names.size()
            == SourceFiles.list(Path.of(folder), p -> SourceFiles.extension(p).equals("tar"))
                .size();
  }

  private void fromLists() {
    Map<String, JsonNode> lists = new HashMap<>();
    for (int i = 0; i < sizes.length; i++) {
      String location = names.location(i);
      String list = ShardNames.folder(location) + "sizes.json";
      JsonNode counts = lists.computeIfAbsent(list, this::json);
      String name = ShardNames.name(location);
      if (counts.has(name)) {
        sizes[i] = count(list + ": " + name, counts.get(name));
        told.add("sizes.json");
      }
    }
  }

  /** Where the first shard without a count has such a file, all are looked for. */
  private void fromStatistics() {
    int[] open = IntStream.range(0, sizes.length).filter(i -> sizes[i] < 0).toArray();
    if (open.length == 0 || !statistics(open[0])) {
      return;
    }
    told.add("_stats.json");
    Arrays.stream(open).skip(1).parallel().forEach(this::statistics);
  }

  private boolean statistics(int shard) {
    String location = names.location(shard);
    String file = ShardNames.folder(location) + ShardNames.stem(location) + "_stats.json";
    JsonNode counted = json(file).get("successes");
    if (counted == null) {
      return false;
    }
    sizes[shard] = count(file + ": successes", counted);
    return true;
  }

  private static int count(String key, JsonNode value) {
    BadInput.require(
        value.canConvertToInt() && value.isIntegralNumber() && value.intValue() >= 0,
        key,
        value,
        "a number of samples");
    return value.intValue();
  }

  /** The object in a file; an empty one where there is no file. */
  private JsonNode json(String file) {
    byte[] bytes = small(files, file);
    if (bytes == null) {
      return Json.object();
    }
    try {
      JsonNode json = Json.ofOthers(bytes);
      BadInput.require(json != null && json.isObject(), file, "no object", "a JSON object");
      return json;
    } catch (JsonProcessingException e) {
      throw new BadInput("cannot read " + file + ": " + Json.why(e), e);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }

  /** A small file, or null where there is none. */
  static byte @Nullable [] small(ShardFiles files, String file) {
    try {
      return files.small(file);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }
}
