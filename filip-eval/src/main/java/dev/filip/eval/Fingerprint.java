package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.List;

/**
 * SHA-256 over everything that a score depends on besides the model: the task and its options, the
 * data (keys, sizes, texts), the split and how many samples of it, the prompts, and how images are
 * prepared. Two results may be compared when their fingerprints are equal. Used by one thread.
 */
public final class Fingerprint {
  // Raised whenever a metric's definition changes: old and new numbers then no longer compare.
  private static final int DEFINITIONS = 1;
  private final ObjectNode parts = Json.object();

  private Fingerprint() {}

  /** Of a task whose data are named by {@link #with}. */
  public static Fingerprint of(String task) {
    Fingerprint print = new Fingerprint();
    print.parts.put("definitions", DEFINITIONS).put("task", task);
    return print;
  }

  static Fingerprint of(String task, EvalData data, JsonNode preprocessing) throws IOException {
    Fingerprint print = of(task);
    print.parts.put("data", data.source().fingerprint()).put("split", data.splitName());
    print.parts.put("samples", data.size());
    print.parts.set("preprocessing", preprocessing);
    return print;
  }

  /** The same with one more thing that scores depend on. */
  public Fingerprint with(String key, String value) {
    parts.put(key, value);
    return this;
  }

  /** The same with several. */
  public Fingerprint with(String key, List<String> values) {
    ArrayNode all = parts.putArray(key);
    values.forEach(all::add);
    return this;
  }

  /** What it is made of, by name; what is long stands as its digest. */
  ObjectNode parts() {
    ObjectNode brief = Json.object();
    parts.properties().forEach(part -> brief.set(part.getKey(), brief(part.getValue())));
    return brief;
  }

  private static JsonNode brief(JsonNode value) {
    boolean whole = value.isValueNode();
    return whole ? value : TextNode.valueOf(Digests.sha256(Json.line(value)));
  }

  /** 64 hexadecimal digits. */
  public String hex() {
    return Digests.sha256(Json.line(parts));
  }
}
