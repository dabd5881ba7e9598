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

/** The tokenizer files of a Hugging Face CLIP folder, read as transformers 5 reads them. */
final class TokenizerFiles {
  private static final List<String> PARTS =
      List.of("normalizer", "pre_tokenizer", "post_processor");

  private TokenizerFiles() {}

  static Vocabulary read(Path folder) {
    Path whole = folder.resolve("tokenizer.json");
    Path vocab = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    try {
      TokenizerSettings settings = TokenizerSettings.read(folder);
      if (Files.exists(whole)) {
        return whole(Json.readObject(whole), settings);
      }
      if (Files.exists(vocab) && Files.exists(merges)) {
        String eos = settings.name("eos_token", Vocabulary.EOS);
        return new Source(ids(Json.readObject(vocab)), merges(merges), settings, List.of())
            .vocabulary(
                settings.name("bos_token", Vocabulary.BOS),
                eos,
                NormalStep.CLIP,
                settings.name("unk_token", eos).equals(eos));
      }
    } catch (BadInput e) {
      throw new BadInput(folder + ": tokenizer: " + e.getMessage(), e);
    }
    throw new BadInput(
        folder + ": tokenizer: neither tokenizer.json nor vocab.json with merges.txt is there");
  }

  private static Vocabulary whole(JsonNode root, TokenizerSettings settings) {
    JsonNode model = root.path("model");
    checkModel(model);
    List<AddedToken> added = new ArrayList<>();
    for (JsonNode token : root.path("added_tokens")) {
      added.add(TokenizerSettings.token(token, token.path("id").asInt(-1), false));
    }
    Source source = new Source(ids(model.path("vocab")), merges(model), settings, added);
    return settings.isClips() ? rebuilt(root, source) : followed(root, source);
  }

  /** Of a class of transformers that makes CLIP's parts anew: the file must not say otherwise. */
  private static Vocabulary rebuilt(JsonNode root, Source source) {
    TokenizerSettings settings = source.settings();
    String bos = settings.name("bos_token", Vocabulary.BOS);
    String eos = settings.name("eos_token", Vocabulary.EOS);
    Vocabulary vocabulary =
        source.vocabulary(bos, eos, NormalStep.CLIP, settings.name("unk_token", eos).equals(eos));
    if (PARTS.stream().anyMatch(root::hasNonNull)) {
      TokenizerParts parts = TokenizerParts.read(root);
      var ends = new TokenizerParts.Ends(bos, vocabulary.id(bos), eos, vocabulary.id(eos));
      BadInput.require(
          parts.normalizer().equals(NormalStep.CLIP)
              && (parts.ends() == null || ends.equals(parts.ends())),
          "tokenizer_class",
          settings.tokenizerClass(),
          "PreTrainedTokenizerFast, since tokenizer.json has other parts than CLIP's (normalizer "
              + parts.normalizer()
              + ", post_processor "
              + parts.ends()
              + ")");
    }
    return vocabulary;
  }

  private static Vocabulary followed(JsonNode root, Source source) {
    TokenizerParts parts = TokenizerParts.read(root);
    TokenizerParts.Ends ends = parts.ends();
    if (ends == null) {
      throw BadInput.of("tokenizer.json post_processor", "none", "one that puts [BOS] and [EOS]");
    }
    JsonNode model = root.path("model");
    boolean unknown =
        model.path("unk_token").asText("").equals(ends.eos())
            && !model.path("fuse_unk").asBoolean(false);
    Vocabulary vocabulary = source.vocabulary(ends.bos(), ends.eos(), parts.normalizer(), unknown);
    BadInput.require(
        vocabulary.id(ends.bos()) == ends.bosId() && vocabulary.id(ends.eos()) == ends.eosId(),
        "tokenizer.json post_processor",
        ends,
        "with the ids of the vocabulary");
    return vocabulary;
  }

  /**
   * What files hold before ids are given to added tokens.
   *
   * @param ids of the BPE's own pieces
   * @param added of {@code tokenizer.json}
   */
  private record Source(
      Map<String, Integer> ids,
      List<Vocabulary.Merge> merges,
      TokenizerSettings settings,
      List<AddedToken> added) {
    /**
     * @param unknownIsEos whether a byte without a piece becomes [EOS]
     */
    Vocabulary vocabulary(
        String bos, String eos, List<NormalStep> normalizer, boolean unknownIsEos) {
      Map<String, Integer> all = new HashMap<>(ids);
      List<AddedToken> found = new ArrayList<>();
      int next = ids.size();
      for (AddedToken token : settings.tokens(added)) {
        if (token.content().isEmpty()) {
          continue;
        }
        // an added token that the BPE knows has its id, others follow one by one
        int id = ids.getOrDefault(token.content(), next);
        BadInput.require(
            token.id() < 0 || token.id() == id,
            "the id of the added token " + token.content(),
            token.id(),
            id + ", which tokenizers gives it");
        next = Math.max(next, id + 1);
        all.put(token.content(), id);
        boolean end = token.content().equals(bos) || token.content().equals(eos);
        if (!end && !(settings.splitsSpecials() && token.is(AddedToken.Flag.SPECIAL))) {
          found.add(token.withId(id));
        }
      }
      Vocabulary vocabulary = new Vocabulary(all, merges, bos, eos, found, normalizer);
      BadInput.require(
          unknownIsEos || vocabulary.hasAllBytes(),
          "unk_token",
          "another",
          "[EOS] (" + eos + ") without fuse_unk: pieces of single bytes are missing");
      return vocabulary;
    }
  }

  /** A BPE as CLIP's: what would give other pieces is refused. */
  private static void checkModel(JsonNode model) {
    requireText(model, "type", "BPE", "BPE"); // older files leave the type out
    requireText(model, "end_of_word_suffix", "", Vocabulary.END);
    requireText(model, "continuing_subword_prefix", "", "");
    for (String key : List.of("byte_fallback", "ignore_merges")) {
      BadInput.require(!model.path(key).asBoolean(), "tokenizer.json model." + key, true, "false");
    }
    double dropout = model.path("dropout").asDouble(0);
    BadInput.require(dropout == 0, "tokenizer.json model.dropout", dropout, "none");
  }

  private static void requireText(JsonNode model, String key, String missing, String value) {
    JsonNode node = model.path(key);
    String found = node.isNull() ? missing : node.asText(missing);
    BadInput.require(
        found.equals(value), "tokenizer.json model." + key, '"' + found + '"', '"' + value + '"');
  }

  private static List<Vocabulary.Merge> merges(JsonNode model) {
    List<Vocabulary.Merge> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray() && merge.size() == 2
              ? new Vocabulary.Merge(merge.get(0).asText(), merge.get(1).asText())
              : merge(merge.asText(), merges.size()));
    }
    return merges;
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
    ObjectNode config = Json.object();
    if (vocabulary.normalizer().equals(NormalStep.CLIP)) {
      config.put("tokenizer_class", "CLIPTokenizer").put("do_lower_case", true);
    } else {
      // transformers 5 would give CLIPTokenizer CLIP's normalizer, whatever tokenizer.json says
      config.put("tokenizer_class", "PreTrainedTokenizerFast");
    }
    return config
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
      added.add(written(AddedToken.special(name, vocabulary.id(name))));
    }
    vocabulary.added().forEach(token -> added.add(written(token)));
    TokenizerParts.write(root, vocabulary);
    root.set("model", model(vocabulary));
    return root;
  }

  private static ObjectNode written(AddedToken token) {
    ObjectNode node = Json.object().put("id", token.id()).put("content", token.content());
    for (AddedToken.Flag flag : AddedToken.Flag.values()) {
      node.put(flag.key(), token.is(flag));
    }
    return node;
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
