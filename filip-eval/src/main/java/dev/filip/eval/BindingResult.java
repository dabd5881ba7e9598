package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often the true caption beat a wrong one, by what was wrong with it ({@code colour}, {@code
 * size}, {@code relation} ...). Chance is one half.
 */
public record BindingResult(
    Map<String, Share> byKind,
    int images,
    Match match,
    boolean trainedSo,
    Skipped skipped,
    String fingerprint) {
  public BindingResult {
    byKind = Collections.unmodifiableMap(new TreeMap<>(byKind));
  }

  /** As {@code filip eval binding --json} answers. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    ObjectNode kinds = json.putObject("binding");
    byKind.forEach((kind, share) -> kinds.set(kind, new Pointed(share, 0.5).toJson()));
    json.put("n", images).put("match", match.key()).put("trained_so", trainedSo);
    match.note(trainedSo).ifPresent(note -> json.put("note", note));
    json.set("skipped", skipped.toJson());
    return json.put("fingerprint", fingerprint);
  }
}
