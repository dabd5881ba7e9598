package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param steps updates done in all
 * @param interrupted stopped by request: {@code --resume} goes on
 * @param last the last logged step, or null when none was done
 * @param best the best evaluation, or null without evaluations
 * @param stages seconds by stage in this process
 * @param seconds wall time of the loop in this process, evaluations and checkpoints included
 */
public record TrainResult(
    RunFolder folder,
    long steps,
    boolean interrupted,
    @Nullable StepMetrics last,
    @Nullable Best best,
    Map<Stage, Double> stages,
    double seconds) {

  /** The best evaluation so far: what {@code DIR/best} holds. */
  public record Best(String metric, double value, long step) {
    /** For {@code state.json}. */
    JsonNode toJson() {
      return Json.object().put("metric", metric).put("value", value).put("step", step);
    }

    static @Nullable Best of(JsonNode json) {
      return json.isObject()
          ? new Best(
              json.path("metric").asText(),
              json.path("value").asDouble(),
              json.path("step").asLong())
          : null;
    }
  }
}
