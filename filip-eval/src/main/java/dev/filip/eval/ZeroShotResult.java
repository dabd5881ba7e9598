package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * Classification by prompts.
 *
 * @param top5 null with fewer than five classes
 * @param meanPerClass mean over classes that occur of the share of their images named right
 */
public record ZeroShotResult(
    Share top1,
    @Nullable Share top5,
    double meanPerClass,
    int classes,
    int prompts,
    Match match,
    boolean trainedSo,
    Skipped skipped,
    String fingerprint) {

  /**
   * As {@code filip eval zero-shot --json} answers; {@code top5} is null with fewer than five
   * classes.
   */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("top1", top1.value());
    json.put("top5", top5 == null ? null : Double.valueOf(top5.value()));
    json.put("mean_per_class", meanPerClass).put("n", top1.n());
    json.put("chance", 1.0 / classes).put("classes", classes).put("prompts", prompts);
    ObjectNode error = json.putObject("standard_error").put("top1", top1.standardError());
    error.put("top5", top5 == null ? null : Double.valueOf(top5.standardError()));
    json.put("match", match.key()).put("trained_so", trainedSo);
    match.note(trainedSo).ifPresent(note -> json.put("note", note));
    json.set("skipped", skipped.toJson());
    return json.put("fingerprint", fingerprint);
  }
}
