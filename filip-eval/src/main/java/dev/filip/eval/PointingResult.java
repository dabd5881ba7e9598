package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Localisation against boxes.
 *
 * @param wordInBox a noun's best patch lies in its box
 * @param bySize the same by the share of the input that the box covers: {@code small} below 5 %,
 *     {@code medium} to 15 %, {@code large}
 * @param wordInOtherBox a noun's best patch lies in another object's box and not in its own
 * @param patchToWord of the patches in a box: its noun is the best of the caption's nouns
 * @param patchToAnyWord of the same patches: the best of all tokens is one of its phrase
 * @param truncated phrases that the model's context cut off
 * @param outside boxes that the centre crop cut away
 */
public record PointingResult(
    Pointed wordInBox,
    Map<String, Pointed> bySize,
    Share wordInOtherBox,
    Pointed patchToWord,
    Pointed patchToAnyWord,
    int images,
    int truncated,
    int outside,
    boolean trainedSo,
    Skipped skipped,
    String fingerprint) {
  public PointingResult {
    bySize = Collections.unmodifiableMap(new TreeMap<>(bySize));
  }

  /** As {@code filip eval pointing --json} answers. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    ObjectNode word = wordInBox.toJson().put("in_other_box", wordInOtherBox.value());
    ObjectNode sizes = word.putObject("by_size");
    bySize.forEach((size, pointed) -> sizes.set(size, pointed.toJson()));
    json.set("word_in_box", word);
    json.set("patch_to_word", patchToWord.toJson());
    json.set("patch_to_any_word", patchToAnyWord.toJson());
    json.put("n", images).put("truncated", truncated).put("outside", outside);
    json.put("match", "late").put("trained_so", trainedSo);
    Match.LATE.note(trainedSo).ifPresent(note -> json.put("note", note));
    json.set("skipped", skipped.toJson());
    return json.put("fingerprint", fingerprint);
  }
}
