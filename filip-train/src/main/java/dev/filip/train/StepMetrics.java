package dev.filip.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of one logged step. Norms are L2 over all parameters; stages are seconds of this
 * step alone.
 *
 * @param lossOverChance loss over that of guessing, ln(batch) times the weights: 1 = nothing learnt
 * @param imagesPerSecond over the steps since the last logged one
 * @param accuracyImage share of images of the batch whose own text scores best; accuracyText the
 *     other way
 * @param sameWordShare share of patches of true pairs that chose the one most chosen word position;
 *     near 1 means collapse; NaN for a global loss
 * @param wordEntropy nats, of the word positions chosen by patches of true pairs; NaN for global
 */
public record StepMetrics(
    long step,
    double loss,
    double lossOverChance,
    double lr,
    double logitScale,
    double imagesPerSecond,
    double gradientNorm,
    double parameterNorm,
    double updateNorm,
    double accuracyImage,
    double accuracyText,
    double sameWordShare,
    double wordEntropy,
    Map<Stage, Double> stages) {

  /** Values by the keys of {@code metrics.jsonl}, those that are not numbers left out. */
  public Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", loss);
    values.put("loss_over_chance", lossOverChance);
    values.put("lr", lr);
    values.put("logit_scale", logitScale);
    values.put("images_per_second", imagesPerSecond);
    values.put("gradient_norm", gradientNorm);
    values.put("parameter_norm", parameterNorm);
    values.put("update_norm", updateNorm);
    values.put("accuracy_image", accuracyImage);
    values.put("accuracy_text", accuracyText);
    values.put("same_word_share", sameWordShare);
    values.put("word_entropy", wordEntropy);
    stages.forEach((stage, seconds) -> values.put(stage.key(), seconds));
    values.values().removeIf(v -> v.isNaN() || v.isInfinite());
    return values;
  }

  /** One line of {@code metrics.jsonl}. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("step", step);
    values().forEach(json::put);
    return json;
  }
}
