package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.model.AttentionMaps;
import dev.filip.model.AttentionProbe.Toward;
import dev.filip.tokens.Encoded;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Grad-CAM on the last self-attention maps of both towers, for one image and one text (the paper's
 * appendix, which has it for the image tower): map x positive gradient of the score, averaged over
 * heads and over the rows that the label is about.
 *
 * <p>Late: the scores are {@code s_image} for the image tower and {@code s_text} for the text
 * tower, winners held; the rows are the patches that chose a word of the label, and the label's
 * words. Global: the score is the cosine; the row is [CLS]'s (all patches' where a pooling head
 * reads all), and [EOS]'s. There the label has no say. Immutable, but its arrays are not copied.
 *
 * @param match which score
 * @param trainedSo whether the model was trained for it
 * @param image where the image tower took what raised the score from: one number a patch
 * @param text from which words the text tower did: one number a word
 */
public record GradCam(Match match, boolean trainedSo, Tower image, Tower text) {

  /**
   * What one tower says.
   *
   * @param score whose gradient it is
   * @param queries the patches or words averaged over; empty for the row of the whole
   * @param weights one a patch or word, 0 or more; empty where no patch chose a word of the label
   *     and there is nothing to average
   */
  public record Tower(double score, List<Integer> queries, float[] weights) {
    public Tower {
      queries = List.copyOf(queries);
    }

    /** Whether there is something to show. */
    public boolean isKnown() {
      return weights.length > 0;
    }

    /** Weights over their largest; all 0 where it is. */
    public float[] shares() {
      float largest = 0;
      for (float weight : weights) {
        largest = Math.max(largest, weight);
      }
      float[] out = new float[weights.length];
      for (int i = 0; i < out.length && largest > 0; i++) {
        out[i] = weights[i] / largest;
      }
      return out;
    }
  }

  /**
   * Takes both gradients.
   *
   * @param image one item, as the model encodes it
   * @param text one item
   * @param alignment of the two
   */
  static GradCam of(
      Gradients model,
      Embedder.Picture picture,
      Alignment alignment,
      Encoded image,
      Encoded text,
      Match match,
      boolean trainedSo) {
    String words = alignment.text();
    if (match == Match.GLOBAL) {
      float[] picked = image.globals().floats(0);
      float[] said = text.globals().floats(0);
      double cosine = dot(picked, said);
      AttentionMaps imageMaps = model.image(picture, new Toward(said, true));
      AttentionMaps textMaps = model.text(words, new Toward(picked, true));
      return new GradCam(
          match,
          trainedSo,
          new Tower(cosine, List.of(), patches(imageMaps.cam(imageMaps.whole()), alignment)),
          new Tower(cosine, List.of(), textMaps.cam(textMaps.whole())));
    }
    return new GradCam(
        match,
        trainedSo,
        lateImage(model, picture, alignment, image, text),
        lateText(model, words, alignment, image, text));
  }

  private static Tower lateImage(
      Gradients model, Embedder.Picture picture, Alignment alignment, Encoded image, Encoded text) {
    Set<Integer> label = alignment.label();
    int[] chosen = alignment.pair().patchWord();
    int[] queries =
        IntStream.range(0, chosen.length).filter(k -> label.contains(chosen[k])).toArray();
    double score = alignment.pair().sImage();
    if (queries.length == 0) {
      return new Tower(score, List.of(), new float[0]);
    }
    int first = alignment.layout().first();
    float[] words = text.tokens().floats(0);
    float[] toward = winners(image.tokens().length(0), first, chosen, words, 0, text.tokens().d());
    AttentionMaps maps = model.image(picture, new Toward(toward, false));
    int before = maps.tokens() - alignment.layout().size();
    float[] cam = maps.cam(Arrays.stream(queries).map(k -> before + k).toArray());
    return new Tower(score, boxed(queries), patches(cam, alignment));
  }

  private static Tower lateText(
      Gradients model, String words, Alignment alignment, Encoded image, Encoded text) {
    int[] queries = alignment.label().stream().mapToInt(r -> r).sorted().toArray();
    double score = alignment.pair().sText();
    if (queries.length == 0) {
      return new Tower(score, List.of(), new float[0]);
    }
    float[] patches = image.tokens().floats(0);
    int[] chosen = alignment.pair().wordPatch();
    int first = alignment.layout().first();
    float[] toward = winners(chosen.length, 0, chosen, patches, first, image.tokens().d());
    AttentionMaps maps = model.text(words, new Toward(toward, false));
    return new Tower(score, boxed(queries), maps.cam(queries));
  }

  /** {@code [rows,d]}: from row {@code first} on the winner's row over their count, before it 0. */
  private static float[] winners(
      int rows, int first, int[] chosen, float[] others, int otherFirst, int d) {
    float[] out = new float[rows * d];
    for (int k = 0; k < chosen.length; k++) {
      for (int j = 0; j < d; j++) {
        out[(first + k) * d + j] = others[(otherFirst + chosen[k]) * d + j] / chosen.length;
      }
    }
    return out;
  }

  /** Without [CLS]. */
  private static float[] patches(float[] cam, Alignment alignment) {
    return Arrays.copyOfRange(cam, cam.length - alignment.layout().size(), cam.length);
  }

  private static List<Integer> boxed(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }

  /** As {@code gradient} of one entry of {@code texts} in {@code filip explain --json}. */
  ObjectNode toJson(PatchLayout layout) {
    ObjectNode json = Json.object().put("match", match.key()).put("trained_so", trainedSo);
    match.note(trainedSo).ifPresent(note -> json.put("note", note));
    ObjectNode seen = json.putObject("image").put("score", image.score);
    image.queries.forEach(seen.putArray("patches")::add);
    if (image.isKnown()) {
      ArrayNode map = seen.putArray("map");
      for (int row = 0; row < layout.rows(); row++) {
        ArrayNode line = map.addArray();
        for (int column = 0; column < layout.columns(); column++) {
          line.add(image.weights[row * layout.columns() + column]);
        }
      }
    } else {
      seen.putNull("map").put("note", "no patch chose a word of the label");
    }
    ObjectNode said = json.putObject("text").put("score", text.score);
    text.queries.forEach(said.putArray("words")::add);
    if (text.isKnown()) {
      ArrayNode map = said.putArray("map");
      for (float weight : text.weights) {
        map.add(weight);
      }
    } else {
      said.putNull("map").put("note", "the text has no word of a label");
    }
    return json;
  }
}
