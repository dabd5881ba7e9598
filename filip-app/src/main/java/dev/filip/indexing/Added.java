package dev.filip.indexing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.search.IndexEditor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code filip index add} did.
 *
 * @param unchanged items that were there already, as they are
 * @param skipped images that cannot be used, by reason
 */
public record Added(
    IndexEditor.Done done, long unchanged, Map<String, Integer> skipped, double seconds) {
  /** Nothing. */
  public static final Added NOTHING = new Added(IndexEditor.Done.NOTHING, 0, Map.of(), 0);

  public Added {
    skipped = new TreeMap<>(skipped);
  }

  /** Both, one after the other. */
  public Added plus(Added other) {
    Map<String, Integer> all = new TreeMap<>(skipped);
    other.skipped.forEach((why, count) -> all.merge(why, count, Integer::sum));
    return new Added(
        done.plus(other.done), unchanged + other.unchanged, all, seconds + other.seconds);
  }

  /** As {@code --json} answers. */
  public ObjectNode toJson() {
    long images = (long) done.added() + done.replaced();
    ObjectNode json = Json.object().put("added", done.added()).put("replaced", done.replaced());
    json.put("unchanged", unchanged);
    ObjectNode reasons = json.putObject("skipped");
    reasons.put("total", skipped.values().stream().mapToInt(Integer::intValue).sum());
    skipped.forEach(reasons::put);
    json.put("seconds", seconds);
    return json.put("images_per_second", seconds > 0 ? images / seconds : 0);
  }

  /**
   * In words, such as {@code 2 added, 1 removed; 34 images}.
   *
   * @param items images of the index now
   */
  public String line(long items) {
    List<String> parts = new ArrayList<>();
    count(parts, done.added(), "added");
    count(parts, done.replaced(), "replaced");
    count(parts, done.removed(), "removed");
    count(parts, unchanged, "unchanged");
    skipped.forEach((why, count) -> parts.add(count + " skipped (" + why + ")"));
    String what = parts.isEmpty() ? "nothing added" : String.join(", ", parts);
    return String.format(Locale.ROOT, "%s; %,d images", what, items);
  }

  private static void count(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }
}
