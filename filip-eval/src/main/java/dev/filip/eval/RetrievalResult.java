package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Match;
import dev.filip.io.Json;

/**
 * Retrieval in both directions.
 *
 * @param images images that were ranked and queried with
 * @param texts captions that were
 * @param sharedTexts captions that an image of another text has word for word; their scores are
 *     equal, and a tie counts against the model
 * @param lateSeconds time to score every pair late from vectors in memory
 * @param globalSeconds the same globally, by the same kernel
 */
public record RetrievalResult(
    Recalls textToImage,
    Recalls imageToText,
    int images,
    int texts,
    int sharedTexts,
    Match match,
    Ranking ranking,
    boolean trainedSo,
    double lateSeconds,
    double globalSeconds,
    Skipped skipped,
    String fingerprint) {

  /** Mean of R@1 of both directions: what {@code keep_best: r1} goes by. */
  public double r1() {
    return (textToImage.r1().value() + imageToText.r1().value()) / 2;
  }

  /** As {@code filip eval retrieval --json} answers. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.set("text_to_image", textToImage.toJson());
    json.set("image_to_text", imageToText.toJson());
    json.put("n", images).put("texts", texts).put("shared_texts", sharedTexts);
    json.put("match", match.key()).put("ranking", ranking.key()).put("trained_so", trainedSo);
    json.putObject("matching_seconds").put("late", lateSeconds).put("global", globalSeconds);
    match.note(trainedSo).ifPresent(note -> json.put("note", note));
    json.set("skipped", skipped.toJson());
    return json.put("fingerprint", fingerprint);
  }
}
