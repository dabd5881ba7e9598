package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigWriter;
import dev.filip.distributed.Ranks;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What has to be the same before the first step. A checkpoint goes on with the config and the data
 * it was written with. Ranks with other settings would at best train something nobody asked for, at
 * worst send each other tensors of other sizes, which ends a process without a word.
 */
final class Agreement {
  /** Opening large data may take long on one machine and not on another. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  /** Keys that change no weight. */
  private static final String FREE =
      "workers|checkpoint|evaluate|distributed|data\\.(failures|unreachable)";

  private Agreement() {}

  /**
   * Every rank gives its facts and compares.
   *
   * @throws BadInput naming the key that differs, the ranks and their values; the same on all
   */
  static void requireSameOnRanks(Ranks ranks, String name, ObjectNode own) {
    String[] all = ranks.notes(name, Json.line(own), PATIENCE);
    JsonNode first = Json.parse(all[0]);
    for (int r = 1; r < all.length; r++) {
      JsonNode other = Json.parse(all[r]);
      String key = firstDifference("", first, other, "config\\.workers");
      if (key != null) {
        throw new BadInput(
            key.replaceFirst("^config\\.", "config key ")
                + " must be the same on all ranks: rank 0 has "
                + value(first, key)
                + ", rank "
                + r
                + " has "
                + value(other, key));
      }
    }
  }

  private static String value(JsonNode facts, String key) {
    JsonNode at = facts;
    for (String part : key.split("\\.")) {
      at = at.path(part);
    }
    return at.isMissingNode() ? "none" : Json.line(at);
  }

  /**
   * A checkpoint goes on with its own config, but for keys that change no weight; where either says
   * {@code auto} of an arithmetic, it means what the run has had so far.
   */
  static void requireSameRun(RunConfig config, RunState state, Path checkpoint) {
    Arithmetic had = Arithmetic.of(checkpoint);
    JsonNode now = had.in(Json.parse(Json.line(RunConfigWriter.json(config))));
    String key = firstDifference("", now, had.in(state.config()), FREE);
    if (key != null) {
      throw new BadInput(
          "config key "
              + key
              + " differs from the run in "
              + checkpoint
              + ": resume with its own config, or start anew elsewhere");
    }
  }

  /** A checkpoint goes on with its own data; one that does not know it is not compared. */
  static void requireSameData(JsonNode shape, RunState state, Path checkpoint) {
    String key =
        state.data().isMissingNode() ? null : firstDifference("", shape, state.data(), "none");
    if (key != null) {
      throw new BadInput(
          "data."
              + key
              + " is no longer the data of the run in "
              + checkpoint
              + " (names, sizes or counts of its shards differ): bring that back, or start anew"
              + " elsewhere with model: "
              + checkpoint.resolve("model"));
    }
  }

  /** The first key with another value, but for those that match {@code free}; or null. */
  private static @Nullable String firstDifference(
      String path, JsonNode now, JsonNode then, String free) {
    if (path.matches(free) || now.equals(then)) {
      return null;
    }
    if (!now.isObject() || !then.isObject()) {
      return path;
    }
    TreeSet<String> keys = new TreeSet<>();
    for (JsonNode side : new JsonNode[] {now, then}) {
      for (Iterator<String> names = side.fieldNames(); names.hasNext(); ) {
        keys.add(names.next());
      }
    }
    for (String key : keys) {
      String inner = path.isEmpty() ? key : path + "." + key;
      String found = firstDifference(inner, now.path(key), then.path(key), free);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
