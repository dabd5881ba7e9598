package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * SHA-256 over everything that a score depends on besides the model: the task and its options, the
 * data (keys, sizes, texts), the split and how many samples of it, the prompts, and how images are
 * prepared. Two results may be compared when their fingerprints are equal. Used by one thread.
 */
final class Fingerprint {
  // Raised whenever a metric's definition changes: old and new numbers then no longer compare.
  private static final int DEFINITIONS = 1;
  private final ObjectNode parts = Json.object();

  private Fingerprint() {}

  static Fingerprint of(String task, EvalData data, JsonNode preprocessing) throws IOException {
    Fingerprint print = new Fingerprint();
    print.parts.put("definitions", DEFINITIONS).put("task", task);
    print.parts.put("data", data.source().fingerprint()).put("split", data.splitName());
    print.parts.put("samples", data.size());
    print.parts.set("preprocessing", preprocessing);
    return print;
  }

  Fingerprint with(String key, String value) {
    parts.put(key, value);
    return this;
  }

  Fingerprint with(String key, List<String> values) {
    ArrayNode all = parts.putArray(key);
    values.forEach(all::add);
    return this;
  }

  String hex() {
    try {
      byte[] text = Json.line(parts).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
