package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Samples left out of a score, counted by reason. */
public record Skipped(Map<String, Integer> byReason) {
  /** Nothing was left out. */
  public static final Skipped NONE = new Skipped(Map.of());

  public Skipped {
    byReason = Collections.unmodifiableMap(new TreeMap<>(byReason));
  }

  /** All of them. */
  public int total() {
    return byReason.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** {@code {"total": 3, "truncated": 2, "no caption": 1}}. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("total", total());
    byReason.forEach(json::put);
    return json;
  }
}
