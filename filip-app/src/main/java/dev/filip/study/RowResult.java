package dev.filip.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What one row's process measured. Numbers that it did not come to are NaN.
 *
 * @param reason one line where it did not end well, else empty
 * @param steps done
 * @param loss mean over the last tenth of the steps
 * @param sameWordShare of the last logged step: near 1 all patches choose one word, a collapse
 * @param secondsPerStep median over the logged steps after the first third
 * @param peakBytes most resident memory of the process, VmHWM
 * @param scores of the evaluation at the end; {@code KEY@SOURCE} of other sources
 */
record RowResult(
    long seed,
    Outcome outcome,
    String reason,
    long steps,
    double loss,
    double sameWordShare,
    double logitScale,
    double secondsPerStep,
    double peakBytes,
    Map<String, Double> scores) {
  RowResult {
    scores = new LinkedHashMap<>(scores);
  }

  /** Whether it came to its end, well or not. */
  boolean ended() {
    return outcome == Outcome.DONE || outcome == Outcome.STUCK;
  }

  double score(String key) {
    return scores.getOrDefault(key, Double.NaN);
  }

  ObjectNode toJson() {
    ObjectNode json =
        Json.object()
            .put("seed", seed)
            .put("outcome", outcome.word())
            .put("reason", reason)
            .put("steps", steps);
    put(json, "loss", loss);
    put(json, "same_word_share", sameWordShare);
    put(json, "logit_scale", logitScale);
    put(json, "seconds_per_step", secondsPerStep);
    put(json, "peak_memory_bytes", peakBytes);
    ObjectNode all = json.putObject("scores");
    scores.forEach((key, value) -> put(all, key, value));
    return json;
  }

  private static void put(ObjectNode json, String key, double value) {
    if (Double.isFinite(value)) {
      json.put(key, value);
    }
  }

  static RowResult of(JsonNode json) {
    Map<String, Double> scores = new LinkedHashMap<>();
    json.path("scores").properties().forEach(e -> scores.put(e.getKey(), e.getValue().asDouble()));
    return new RowResult(
        json.path("seed").asLong(),
        Outcome.valueOf(json.path("outcome").asText().toUpperCase(Locale.ROOT)),
        json.path("reason").asText(),
        json.path("steps").asLong(),
        number(json, "loss"),
        number(json, "same_word_share"),
        number(json, "logit_scale"),
        number(json, "seconds_per_step"),
        number(json, "peak_memory_bytes"),
        scores);
  }

  private static double number(JsonNode json, String key) {
    return json.path(key).asDouble(Double.NaN);
  }

  /** How a row ended. */
  enum Outcome {
    DONE,
    /** Ran to its end with a loss still near ln(batch), chance. */
    STUCK,
    /** Ended by a loss or gradient that is not finite. */
    DIVERGED,
    /** Anything else: a refused config, a missing file, no memory. */
    FAILED;

    /** In JSON and tables. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
