package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import org.jspecify.annotations.Nullable;

/** The best evaluation so far: what {@code DIR/best} holds. */
public record Best(String metric, double value, long step) {
  /** For {@code state.json}. */
  JsonNode toJson() {
    return Json.object().put("metric", metric).put("value", value).put("step", step);
  }

  static @Nullable Best of(JsonNode json) {
    return json.isObject()
        ? new Best(
            json.path("metric").asText(), json.path("value").asDouble(), json.path("step").asLong())
        : null;
  }
}
