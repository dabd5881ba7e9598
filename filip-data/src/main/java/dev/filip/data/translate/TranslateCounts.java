package dev.filip.data.translate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts of a translation: samples, captions read, and of each language what became of them. {@code
 * read} times languages is the sum of all outcomes. Not thread-safe.
 */
public final class TranslateCounts {
  private final Map<String, long[]> outcomes = new LinkedHashMap<>();
  private long samples;
  private long read;
  private long different;
  private long unreadable;

  /** All zero. */
  TranslateCounts(List<String> languages) {
    languages.forEach(language -> outcomes.put(language, new long[Outcome.values().length]));
  }

  /** A sample with so many captions. */
  void sample(int captions) {
    samples++;
    read += captions;
  }

  /** So many different texts were translated for a shard. */
  void different(int texts) {
    different += texts;
  }

  /** Samples whose texts, or whose image where that is read, could not be read. */
  void unreadable(int more) {
    unreadable += more;
  }

  /** One caption by way of a language. */
  void outcome(String language, Outcome outcome) {
    row(language)[outcome.ordinal()]++;
  }

  private long[] row(String language) {
    return outcomes.computeIfAbsent(language, _ -> new long[Outcome.values().length]);
  }

  /** Captions read. */
  public long read() {
    return read;
  }

  /** Of all languages together. */
  public long of(Outcome outcome) {
    return outcomes.values().stream().mapToLong(row -> row[outcome.ordinal()]).sum();
  }

  /** Adds what {@link #toJson} gave. */
  void add(JsonNode json) {
    samples += json.path("samples").asLong();
    read += json.path("read").asLong();
    different += json.path("different").asLong();
    unreadable += json.path("unreadable").asLong();
    json.path("languages")
        .properties()
        .forEach(language -> {
          for (Outcome outcome : Outcome.values()) {
            row(language.getKey())[outcome.ordinal()] +=
                language.getValue().path(outcome.key()).asLong();
          }
        });
  }

  /** {@code samples}, {@code read}, each outcome, {@code unreadable}, {@code languages}. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("samples", samples).put("read", read).put("different", different);
    for (Outcome outcome : Outcome.values()) {
      json.put(outcome.key(), of(outcome));
    }
    json.put("unreadable", unreadable);
    ObjectNode languages = json.putObject("languages");
    outcomes.forEach((language, row) -> {
      ObjectNode one = languages.putObject(language);
      for (Outcome outcome : Outcome.values()) {
        one.put(outcome.key(), row[outcome.ordinal()]);
      }
    });
    return json;
  }
}
