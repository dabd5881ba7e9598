package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.kernel.PairScores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores of every given image with every given text, unscaled cosines.
 *
 * @param logitScale exp of the learnt log-scale: multiply by it before a softmax
 */
public record Similarity(
    List<String> images,
    List<String> texts,
    PairScores scores,
    double logitScale,
    Match match,
    boolean trainedSo) {
  public Similarity {
    images = List.copyOf(images);
    texts = List.copyOf(texts);
  }

  /**
   * Scores files with texts.
   *
   * @param match late or global, or null for what the model was trained for
   * @throws BadInput when a file cannot be read or decoded
   */
  public static Similarity of(
      Embedder model, List<Path> images, List<String> texts, @Nullable Match match) {
    BadInput.require(!images.isEmpty(), "--image", "none", "at least one file");
    BadInput.require(!texts.isEmpty(), "--text", "none", "at least one text");
    Match used = Match.orTrained(match, model.interaction());
    List<Embedder.Picture> pictures = new ArrayList<>();
    for (Path image : images) {
      pictures.add(model.prepare(image));
    }
    return new Similarity(
        images.stream().map(Path::toString).toList(),
        texts,
        used.scores(model.images(pictures), model.texts(texts)),
        model.logitScale(),
        used,
        used.trainedBy(model.interaction()));
  }

  /** {@code s_image} of image i with text t. */
  public float sImage(int i, int t) {
    return scores.sImage()[i * texts.size() + t];
  }

  /** {@code s_text} of image i with text t. */
  public float sText(int i, int t) {
    return scores.sText()[i * texts.size() + t];
  }

  /** As {@code filip similarity --json} answers. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    images.forEach(json.putArray("images")::add);
    texts.forEach(json.putArray("texts")::add);
    matrix(json.putArray("s_image"), scores.sImage());
    matrix(json.putArray("s_text"), scores.sText());
    json.put("logit_scale", logitScale).put("match", match.key()).put("trained_so", trainedSo);
    match.note(trainedSo).ifPresent(note -> json.put("note", note));
    return json;
  }

  private void matrix(ArrayNode out, float[] values) {
    for (int i = 0; i < images.size(); i++) {
      ArrayNode row = out.addArray();
      for (int t = 0; t < texts.size(); t++) {
        row.add(values[i * texts.size() + t]);
      }
    }
  }
}
