package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a generator made.
 *
 * @param set name of the data set
 * @param samples per split
 * @param bytes of all shards together
 * @param sha256 (hex) over the names of the splits and the checksums of their samples: keys,
 *     captions, metadata and pixels, not how those are compressed
 * @param rules how many things each rule took away, kept or changed, in the order applied
 * @param notes settings and sources worth keeping, such as the seed
 * @param seconds wall clock
 */
public record GenerateReport(
    String set,
    SequencedMap<String, Integer> samples,
    long bytes,
    String sha256,
    SequencedMap<String, Integer> rules,
    SequencedMap<String, String> notes,
    double seconds) {
  public GenerateReport {
    samples = new LinkedHashMap<>(samples);
    rules = new LinkedHashMap<>(rules);
    notes = new LinkedHashMap<>(notes);
  }

  /** All samples. */
  public int total() {
    return samples.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The answer of {@code filip data ... --json}. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("set", set);
    ObjectNode counts = json.putObject("samples");
    samples.forEach(counts::put);
    json.put("bytes", bytes).put("sha256", sha256);
    ObjectNode byRule = json.putObject("rules");
    rules.forEach(byRule::put);
    ObjectNode more = json.putObject("notes");
    notes.forEach(more::put);
    return json.put("seconds", Math.round(seconds * 10) / 10.0);
  }

  /** Some lines for people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Integer> split : samples.entrySet()) {
      text.append(
          String.format(java.util.Locale.ROOT, "%-24s %,9d%n", split.getKey(), split.getValue()));
    }
    rules.forEach((rule, count) ->
        text.append(String.format(java.util.Locale.ROOT, "  %,9d  %s%n", count, rule)));
    notes.forEach(
        (key, value) -> text.append("  ").append(key).append(": ").append(value).append('\n'));
    return text.append(
            String.format(
                java.util.Locale.ROOT,
                "%,d samples, %.1f MB, sha256 %s, %.1f s",
                total(),
                bytes / 1e6,
                sha256,
                seconds))
        .toString();
  }
}
