package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Sample;
import dev.filip.encode.PatchLayout.Rect;
import java.util.ArrayList;
import java.util.List;

/**
 * A phrase of a text and the true place of what it names: one entry of {@code boxes} in {@code
 * KEY.json}, or a category.
 *
 * @param from first character of the phrase
 * @param to one beyond its last
 * @param nounFrom first character of its noun (of the phrase where no noun is given)
 * @param nounTo one beyond its last
 * @param region in pixels of the stored image
 */
record PhraseBox(int from, int to, int nounFrom, int nounTo, Region region) {

  /** Those of a sample; empty where its metadata has none or is not of this form. */
  static List<PhraseBox> of(Sample sample) {
    JsonNode metadata = sample.metadata();
    List<PhraseBox> out = new ArrayList<>();
    if (metadata == null || sample.captions().isEmpty()) {
      return out;
    }
    int length = sample.captions().getFirst().length();
    for (JsonNode one : metadata.path("boxes")) {
      JsonNode span = one.path("span");
      JsonNode noun = one.has("noun") ? one.path("noun") : span;
      if (isRange(span, length) && isRange(noun, length) && one.path("box").size() == 4) {
        out.add(
            new PhraseBox(
                span.get(0).asInt(),
                span.get(1).asInt(),
                noun.get(0).asInt(),
                noun.get(1).asInt(),
                new Region(List.of(rect(one.path("box"))))));
      }
    }
    return out;
  }

  private static boolean isRange(JsonNode range, int length) {
    return range.size() == 2
        && range.get(0).asInt(-1) >= 0
        && range.get(0).asInt() < range.get(1).asInt()
        && range.get(1).asInt() <= length;
  }

  private static Rect rect(JsonNode box) {
    return new Rect(
        box.get(0).asDouble(), box.get(1).asDouble(), box.get(2).asDouble(), box.get(3).asDouble());
  }
}
