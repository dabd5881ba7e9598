package dev.filip.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Texts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokenizer files of a Hugging Face CLIP folder. */
final class TokenizerFiles {
  private static final String PATTERN =
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  private TokenizerFiles() {}

  static Vocabulary read(Path folder) {
    Path whole = folder.resolve("tokenizer.json");
    Path vocab = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    String[] names = names(folder);
    try {
      if (Files.exists(whole)) {
        return whole(Json.read(whole), names);
      }
      if (Files.exists(vocab) && Files.exists(merges)) {
        return new Vocabulary(ids(Json.read(vocab)), merges(merges), names[0], names[1]);
      }
    } catch (BadInput e) {
      throw new BadInput(folder + ": tokenizer: " + e.getMessage(), e);
    }
    throw new BadInput(
        folder + ": tokenizer: neither tokenizer.json nor vocab.json with merges.txt is there");
  }

  /** Names of [BOS] and [EOS], where the folder gives them. */
  private static String[] names(Path folder) {
    String[] names = {Vocabulary.BOS, Vocabulary.EOS};
    for (String file : List.of("special_tokens_map.json", "tokenizer_config.json")) {
      Path path = folder.resolve(file);
      if (Files.exists(path)) {
        JsonNode map = Json.read(path);
        names[0] = name(map.path("bos_token"), names[0]);
        names[1] = name(map.path("eos_token"), names[1]);
      }
    }
    return names;
  }

  // a text, or {"content": text, ...}
  private static String name(JsonNode node, String byDefault) {
    return node.isObject() ? node.path("content").asText(byDefault) : node.asText(byDefault);
  }

  private static Vocabulary whole(JsonNode root, String[] names) {
    JsonNode model = root.path("model");
    requireText(model, "type", "BPE");
    requireText(model, "end_of_word_suffix", Vocabulary.END);
    Map<String, Integer> ids = ids(model.path("vocab"));
    for (JsonNode added : root.path("added_tokens")) {
      ids.putIfAbsent(added.path("content").asText(), added.path("id").asInt(-1));
    }
    List<Vocabulary.Merge> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray() && merge.size() == 2
              ? new Vocabulary.Merge(merge.get(0).asText(), merge.get(1).asText())
              : merge(merge.asText(), merges.size()));
    }
    return new Vocabulary(ids, merges, names[0], names[1]);
  }

  private static void requireText(JsonNode model, String key, String value) {
    // older files leave the type out
    String found = model.path(key).asText(key.equals("type") ? value : "");
    BadInput.require(found.equals(value), "tokenizer.json model." + key, '"' + found + '"', value);
  }

  private static Map<String, Integer> ids(JsonNode vocab) {
    if (!vocab.isObject()) {
      throw BadInput.of("vocab", vocab.getNodeType(), "a map of pieces to ids");
    }
    Map<String, Integer> ids = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      BadInput.require(
          entry.getValue().isInt(), "vocab." + entry.getKey(), entry.getValue(), "a whole number");
      ids.put(entry.getKey(), entry.getValue().intValue());
    }
    return ids;
  }

  private static List<Vocabulary.Merge> merges(Path file) {
    List<Vocabulary.Merge> merges = new ArrayList<>();
    for (String line : Texts.read(file).split("\n")) {
      String text = line.strip();
      boolean header = merges.isEmpty() && text.startsWith("#version");
      if (!header && !text.isEmpty()) {
        merges.add(merge(text, merges.size()));
      }
    }
    return merges;
  }

  private static Vocabulary.Merge merge(String text, int rank) {
    int space = text.indexOf(' ');
    if (space < 1 || space != text.lastIndexOf(' ') || space == text.length() - 1) {
      throw BadInput.of("merge " + rank, '"' + text + '"', "two pieces with one space between");
    }
    return new Vocabulary.Merge(text.substring(0, space), text.substring(space + 1));
  }

  static void write(Path folder, Vocabulary vocabulary, int context) throws IOException {
    Files.createDirectories(folder);
    put(folder, "vocab.json", Json.line(vocabulary.ids()));
    StringBuilder merges = new StringBuilder("#version: 0.2\n");
    for (Vocabulary.Merge merge : vocabulary.merges()) {
      merges.append(merge.left()).append(' ').append(merge.right()).append('\n');
    }
    put(folder, "merges.txt", merges.toString());
    put(folder, "tokenizer.json", Json.pretty(whole(vocabulary)));
    put(folder, "tokenizer_config.json", Json.pretty(config(vocabulary, context)));
    ObjectNode special = Json.object();
    special.put("bos_token", vocabulary.bos()).put("eos_token", vocabulary.eos());
    special.put("unk_token", vocabulary.eos()).put("pad_token", vocabulary.eos());
    put(folder, "special_tokens_map.json", Json.pretty(special));
  }

  private static void put(Path folder, String name, String text) throws IOException {
    Outputs.file(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode config(Vocabulary vocabulary, int context) {
    return Json.object()
        .put("tokenizer_class", "CLIPTokenizer")
        .put("do_lower_case", true)
        .put("model_max_length", context)
        .put("bos_token", vocabulary.bos())
        .put("eos_token", vocabulary.eos())
        .put("unk_token", vocabulary.eos())
        .put("pad_token", vocabulary.eos());
  }

  private static ObjectNode whole(Vocabulary vocabulary) {
    ObjectNode root = Json.object().put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String name : List.of(vocabulary.bos(), vocabulary.eos())) {
      added
          .addObject()
          .put("id", vocabulary.id(name))
          .put("content", name)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "NFC");
    normalizers
        .addObject()
        .put("type", "Replace")
        .<ObjectNode>set("pattern", Json.object().put("Regex", "\\s+"))
        .put("content", " ");
    normalizers.addObject().put("type", "Lowercase");
    ArrayNode splits =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    splits
        .addObject()
        .put("type", "Split")
        .<ObjectNode>set("pattern", Json.object().put("Regex", PATTERN))
        .put("behavior", "Removed")
        .put("invert", true);
    splits.add(byteLevel(false));
    root.set("post_processor", ends(vocabulary));
    root.set("decoder", byteLevel(true));
    root.set("model", model(vocabulary));
    return root;
  }

  private static ObjectNode byteLevel(boolean prefixSpace) {
    return Json.object()
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private static ObjectNode ends(Vocabulary vocabulary) {
    ObjectNode ends = Json.object().put("type", "RobertaProcessing");
    ends.putArray("sep").add(vocabulary.eos()).add(vocabulary.id(vocabulary.eos()));
    ends.putArray("cls").add(vocabulary.bos()).add(vocabulary.id(vocabulary.bos()));
    return ends.put("trim_offsets", false).put("add_prefix_space", false);
  }

  private static ObjectNode model(Vocabulary vocabulary) {
    ObjectNode model = Json.object().put("type", "BPE");
    model.putNull("dropout");
    model.put("unk_token", vocabulary.eos()).put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", Vocabulary.END).put("fuse_unk", false);
    model.put("byte_fallback", false).put("ignore_merges", false);
    ObjectNode ids = model.putObject("vocab");
    vocabulary.ids().forEach(ids::put);
    ArrayNode merges = model.putArray("merges");
    for (Vocabulary.Merge merge : vocabulary.merges()) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }
}
