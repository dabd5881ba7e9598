package dev.filip.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our ids against another program's: a golden is a JSON list of {@code {"text", "ids"}}, [BOS] to
 * [EOS], not truncated, no padding.
 */
public final class TokensParity {
  private TokensParity() {}

  /** One text and the ids another program gave it. */
  public record Golden(String text, int[] ids) {}

  /** Where a text's ids part: theirs and ours, and the first position that differs. */
  public record Difference(String text, int at, int[] expected, int[] actual) {}

  /**
   * What came out.
   *
   * @param first the first difference, null where there is none
   */
  public record Report(int texts, int differing, @Nullable Difference first) {
    /** Whether all ids are equal. */
    public boolean ok() {
      return differing == 0;
    }

    /** {@code texts}, {@code differing}, {@code ok}, {@code first_difference}. */
    public ObjectNode toJson() {
      ObjectNode json =
          Json.object().put("texts", texts).put("differing", differing).put("ok", ok());
      if (first == null) {
        return json.putNull("first_difference");
      }
      ObjectNode where = json.putObject("first_difference");
      where.put("text", first.text).put("position", first.at);
      where.putPOJO("expected", first.expected).putPOJO("actual", first.actual);
      return json;
    }
  }

  /** Reads a golden and compares. */
  public static Report compare(BpeTokenizer tokenizer, Path golden) {
    return compare(tokenizer, read(Json.read(golden), golden.toString()));
  }

  /** Compares. */
  public static Report compare(BpeTokenizer tokenizer, List<Golden> goldens) {
    int differing = 0;
    Difference first = null;
    for (Golden golden : goldens) {
      int[] ids = tokenizer.encode(golden.text);
      int at = Arrays.mismatch(ids, golden.ids);
      if (at >= 0) {
        differing++;
        first = first == null ? new Difference(golden.text, at, golden.ids, ids) : first;
      }
    }
    return new Report(goldens.size(), differing, first);
  }

  /** The goldens of a parsed file; {@code name} stands in errors. */
  public static List<Golden> read(JsonNode list, String name) {
    BadInput.require(list.isArray(), name, list.getNodeType(), "a list of {\"text\", \"ids\"}");
    List<Golden> goldens = new ArrayList<>();
    for (JsonNode item : list) {
      JsonNode ids = item.path("ids");
      if (!item.path("text").isTextual() || !ids.isArray()) {
        throw BadInput.of(
            name + ": item " + goldens.size(), item, "{\"text\": ..., \"ids\": [...]}");
      }
      int[] values = new int[ids.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = ids.get(i).asInt(-1);
      }
      goldens.add(new Golden(item.path("text").textValue(), values));
    }
    return goldens;
  }
}
