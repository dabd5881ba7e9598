package dev.filip.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
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

  /** How many of some texts got other ids. */
  public record Count(int texts, int differing) {
    private ObjectNode toJson() {
      return Json.object().put("texts", texts).put("differing", differing);
    }
  }

  /**
   * What came out.
   *
   * @param texts all but those that spell a special token
   * @param mojibake those of them that ftfy's repair of wrongly decoded text changes; none of
   *     behaviours without ftfy
   * @param special texts that spell a special token, which the other program made one id of its own
   *     and we never do: counted apart
   * @param spelling these texts
   * @param first the first difference of {@code texts}, null where there is none
   */
  public record Report(
      Count texts,
      Count mojibake,
      Count special,
      List<String> spelling,
      @Nullable Difference first) {
    /** Whether all ids are equal, texts that spell a special token left aside. */
    public boolean ok() {
      return texts.differing == 0;
    }

    /** Texts with other ids. */
    public int differing() {
      return texts.differing;
    }

    /** {@code texts}, {@code differing}, {@code ok}, {@code first_difference} and the counts. */
    public ObjectNode toJson() {
      ObjectNode json = texts.toJson().put("ok", ok());
      json.set("mojibake", mojibake.toJson());
      ObjectNode apart = special.toJson();
      spelling.forEach(apart.putArray("list")::add);
      json.set("special", apart);
      if (first == null) {
        return json.putNull("first_difference");
      }
      ObjectNode where = json.putObject("first_difference");
      where.put("text", first.text).put("position", first.at);
      where.putPOJO("expected", first.expected).putPOJO("actual", first.actual);
      return json;
    }

    /** For people. */
    public String toText() {
      StringBuilder text =
          new StringBuilder(
              "%,d texts, %,d with other ids".formatted(texts.texts, texts.differing));
      if (mojibake.texts > 0) {
        text.append(
            "%n%,d of them repaired from mojibake, %,d with other ids"
                .formatted(mojibake.texts, mojibake.differing));
      }
      if (special.texts > 0) {
        text.append(
            "%n%,d more spell a special token, %,d with other ids (a text is text here):"
                .formatted(special.texts, special.differing));
        spelling.forEach(
            t -> text.append(System.lineSeparator()).append("  ").append(Json.line(t)));
      }
      if (first != null) {
        text.append(
            "%nfirst difference: %s at position %d%n  golden %s%n  ours   %s"
                .formatted(
                    Json.line(first.text),
                    first.at,
                    Arrays.toString(first.expected),
                    Arrays.toString(first.actual)));
      }
      return text.append(System.lineSeparator()).append(ok() ? "equal" : "NOT equal").toString();
    }
  }

  private static final class Tally {
    private int texts;
    private int differing;

    void add(boolean differs) {
      texts++;
      differing += differs ? 1 : 0;
    }

    Count count() {
      return new Count(texts, differing);
    }
  }

  /** Reads a golden and compares; ids the vocabulary has not are refused. */
  public static Report compare(BpeTokenizer tokenizer, Path golden) {
    List<Golden> goldens = read(Json.read(golden), golden.toString());
    BadInput.require(!goldens.isEmpty(), golden.toString(), "an empty list", "at least one text");
    for (int i = 0; i < goldens.size(); i++) {
      for (int id : goldens.get(i).ids) {
        String item = golden + ": item " + i + ": id";
        BadInput.require(id < tokenizer.size(), item, id, "below " + tokenizer.size());
      }
    }
    return compare(tokenizer, goldens);
  }

  /** Compares. */
  public static Report compare(BpeTokenizer tokenizer, List<Golden> goldens) {
    Tally all = new Tally();
    Tally mojibake = new Tally();
    Tally special = new Tally();
    List<String> spelling = new ArrayList<>();
    Difference first = null;
    for (Golden golden : goldens) {
      int[] ids = tokenizer.encode(golden.text);
      int at = Arrays.mismatch(ids, golden.ids);
      if (tokenizer.spellsSpecial(golden.text) && (at < 0 || endsInside(golden.ids, tokenizer))) {
        special.add(at >= 0);
        spelling.add(golden.text);
        continue;
      }
      all.add(at >= 0);
      if (tokenizer.repairsMojibake(golden.text)) {
        mojibake.add(at >= 0);
      }
      first = at >= 0 && first == null ? new Difference(golden.text, at, golden.ids, ids) : first;
    }
    return new Report(all.count(), mojibake.count(), special.count(), List.copyOf(spelling), first);
  }

  private static boolean endsInside(int[] ids, BpeTokenizer tokenizer) {
    return Arrays.stream(ids)
        .skip(1)
        .limit(Math.max(0, ids.length - 2))
        .anyMatch(id -> id == tokenizer.bos() || id == tokenizer.eos());
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
        String id = name + ": item " + goldens.size() + ": ids[" + i + "]";
        boolean whole = ids.get(i).isInt() && ids.get(i).intValue() >= 0;
        BadInput.require(whole, id, ids.get(i), "a whole number >= 0");
        values[i] = ids.get(i).intValue();
      }
      goldens.add(new Golden(item.path("text").textValue(), values));
    }
    return goldens;
  }
}
