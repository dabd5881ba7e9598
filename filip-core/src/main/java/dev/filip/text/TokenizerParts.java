package dev.filip.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@code tokenizer.json} beside its vocabulary: its normalizer, pre_tokenizer and
 * post_processor. They are followed where they are made of CLIP's steps; others are {@link
 * BadInput}, never read as if they were CLIP's.
 *
 * @param ends what the post_processor puts around a text; null where there is none
 */
record TokenizerParts(List<NormalStep> normalizer, @Nullable Ends ends) {
  private static final String WORDS = "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+";
  private static final String SPECIALS = "<\\|startoftext\\|>|<\\|endoftext\\|>|";
  private static final int SHOWN = 160;

  /** [BOS] and [EOS] as the post_processor names them. */
  record Ends(String bos, int bosId, String eos, int eosId) {}

  /** Of a {@code tokenizer.json}. */
  static TokenizerParts read(JsonNode root) {
    splits(root.path("pre_tokenizer"));
    return new TokenizerParts(
        normalizer(root.path("normalizer")), ends(root.path("post_processor")));
  }

  private static List<NormalStep> normalizer(JsonNode node) {
    List<NormalStep> steps = new ArrayList<>();
    for (JsonNode step : sequence(node, "normalizers")) {
      steps.add(
          switch (step.path("type").asText()) {
            case "NFC" -> NormalStep.NFC;
            case "Lowercase" -> NormalStep.LOWERCASE;
            case "Replace" -> {
              boolean spaces =
                  step.path("pattern").path("Regex").asText().equals("\\s+")
                      && step.path("content").asText().equals(" ");
              require(spaces, "normalizer", step, "a Replace of \\s+ by one space");
              yield NormalStep.SPACES;
            }
            default -> throw bad("normalizer", step, "made of CLIP's NFC, Replace and Lowercase");
          });
    }
    return steps;
  }

  private static void splits(JsonNode node) {
    List<JsonNode> steps = sequence(node, "pretokenizers");
    boolean clips =
        steps.size() == 2
            && steps.getFirst().path("type").asText().equals("Split")
            && steps.getLast().path("type").asText().equals("ByteLevel");
    require(clips, "pre_tokenizer", node, "CLIP's Split, then ByteLevel");
    JsonNode split = steps.getFirst();
    String pattern =
        split
            .path("pattern")
            .path("Regex")
            .asText()
            .replace("[\\p{L}]", "\\p{L}")
            .replace("[\\p{N}]", "\\p{N}");
    require(
        Set.of(WORDS, SPECIALS + WORDS).contains(pattern),
        "pre_tokenizer",
        split.path("pattern"),
        "CLIP's pattern");
    boolean removed =
        split.path("behavior").asText().equals("Removed") && split.path("invert").asBoolean();
    require(removed, "pre_tokenizer", split, "a Split that keeps what matches (Removed, invert)");
    boolean prefix = steps.getLast().path("add_prefix_space").asBoolean(true);
    require(!prefix, "pre_tokenizer", steps.getLast(), "ByteLevel without add_prefix_space");
  }

  private static @Nullable Ends ends(JsonNode node) {
    @Nullable Ends ends = null;
    for (JsonNode step : sequence(node, "processors")) {
      switch (step.path("type").asText()) {
        case "ByteLevel" -> {} // offsets only
        case "RobertaProcessing", "BertProcessing" -> {
          require(ends == null, "post_processor", node, "one pair of ends");
          JsonNode cls = step.path("cls");
          JsonNode sep = step.path("sep");
          ends =
              new Ends(
                  cls.path(0).asText(),
                  cls.path(1).asInt(-1),
                  sep.path(0).asText(),
                  sep.path(1).asInt(-1));
        }
        case "TemplateProcessing" -> {
          require(ends == null, "post_processor", node, "one pair of ends");
          ends = template(step);
        }
        default ->
            throw bad(
                "post_processor", step, "RobertaProcessing or TemplateProcessing of the ends");
      }
    }
    return ends;
  }

  /** {@code [BOS] A [EOS]}. */
  private static Ends template(JsonNode step) {
    JsonNode single = step.path("single");
    boolean clips =
        single.size() == 3
            && single.get(0).has("SpecialToken")
            && single.get(1).path("Sequence").path("id").asText().equals("A")
            && single.get(2).has("SpecialToken");
    require(clips, "post_processor", single, "[BOS], the text, [EOS]");
    String bos = single.get(0).path("SpecialToken").path("id").asText();
    String eos = single.get(2).path("SpecialToken").path("id").asText();
    return new Ends(bos, templateId(step, bos), eos, templateId(step, eos));
  }

  private static int templateId(JsonNode step, String name) {
    JsonNode ids = step.path("special_tokens").path(name).path("ids");
    require(ids.size() == 1, "post_processor", step, "one id for each of its tokens");
    return ids.get(0).asInt(-1);
  }

  /** A part's steps: none, itself, or those of a Sequence. */
  private static List<JsonNode> sequence(JsonNode node, String key) {
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    if (!node.path("type").asText().equals("Sequence")) {
      return List.of(node);
    }
    List<JsonNode> steps = new ArrayList<>();
    node.path(key).forEach(steps::add);
    return steps;
  }

  private static void require(boolean holds, String part, JsonNode found, String rule) {
    if (!holds) {
      throw bad(part, found, rule);
    }
  }

  private static BadInput bad(String part, JsonNode found, String rule) {
    String text = found.isMissingNode() ? "nothing" : Json.line(found);
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return BadInput.of("tokenizer.json " + part, shown, rule);
  }

  /** Puts the three parts into a {@code tokenizer.json}, in its order. */
  static void write(ObjectNode root, Vocabulary vocabulary) {
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    for (NormalStep step : vocabulary.normalizer()) {
      ObjectNode node = normalizers.addObject();
      switch (step) {
        case NFC -> node.put("type", "NFC");
        case SPACES ->
            node.put("type", "Replace")
                .<ObjectNode>set("pattern", Json.object().put("Regex", "\\s+"))
                .put("content", " ");
        case LOWERCASE -> node.put("type", "Lowercase");
      }
    }
    String pattern = WORDS.replace("|\\p{L}+|\\p{N}|", "|[\\p{L}]+|[\\p{N}]|");
    ArrayNode splits =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    splits
        .addObject()
        .put("type", "Split")
        .<ObjectNode>set("pattern", Json.object().put("Regex", SPECIALS + pattern))
        .put("behavior", "Removed")
        .put("invert", true);
    splits.add(byteLevel(false));
    ObjectNode ends = root.putObject("post_processor").put("type", "RobertaProcessing");
    ends.putArray("sep").add(vocabulary.eos()).add(vocabulary.id(vocabulary.eos()));
    ends.putArray("cls").add(vocabulary.bos()).add(vocabulary.id(vocabulary.bos()));
    ends.put("trim_offsets", false).put("add_prefix_space", false);
    root.set("decoder", byteLevel(true));
  }

  private static ObjectNode byteLevel(boolean prefixSpace) {
    return Json.object()
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }
}
