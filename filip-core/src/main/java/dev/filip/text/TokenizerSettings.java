package dev.filip.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.AddedToken.Flag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a folder says of its tokenizer beside vocabulary and merges: {@code tokenizer_config.json},
 * {@code special_tokens_map.json} and {@code added_tokens.json}, of which transformers 5 reads the
 * last two only where the first has no {@code added_tokens_decoder}.
 */
final class TokenizerSettings {
  private static final String DECODER = "added_tokens_decoder";

  /** The older name, and the newer. */
  private static final List<String> EXTRA =
      List.of("additional_special_tokens", "extra_special_tokens");

  /** In transformers' order; what else ends in {@code _token} comes after. */
  private static final List<String> NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final String tokenizerClass;
  private final boolean splitsSpecials;
  private final boolean hasDecoder;
  private final Map<String, AddedToken> named = new LinkedHashMap<>();
  private final Map<String, AddedToken> extra = new LinkedHashMap<>();
  private final Map<Integer, AddedToken> stated = new TreeMap<>();

  private TokenizerSettings(Path folder) {
    JsonNode config = object(folder.resolve("tokenizer_config.json"));
    tokenizerClass = config.path("tokenizer_class").asText("");
    splitsSpecials = config.path("split_special_tokens").asBoolean(false);
    hasDecoder = config.path(DECODER).isObject();
    NAMES.forEach(name -> named(name, config.path(name)));
    config.properties().forEach(entry -> named(entry.getKey(), entry.getValue()));
    extra(config, EXTRA);
    if (hasDecoder) {
      for (Map.Entry<String, JsonNode> entry : config.path(DECODER).properties()) {
        int id = id(DECODER, entry.getKey());
        stated.put(id, token(entry.getValue(), id, false));
      }
      return;
    }
    JsonNode map = object(folder.resolve("special_tokens_map.json"));
    map.properties().forEach(entry -> named(entry.getKey(), entry.getValue()));
    extra(map, EXTRA.subList(1, 2));
    JsonNode added = object(folder.resolve("added_tokens.json"));
    for (Map.Entry<String, JsonNode> entry : added.properties()) {
      int id = id("added_tokens.json " + entry.getKey(), entry.getValue().asText());
      boolean special = isSpecial(entry.getKey());
      Set<Flag> flags = EnumSet.of(special ? Flag.SPECIAL : Flag.NORMALIZED);
      stated.put(id, new AddedToken(entry.getKey(), id, flags));
    }
    extra(map, EXTRA); // by their older name none of added_tokens.json's is special
  }

  /** Of a folder; what is missing says nothing. */
  static TokenizerSettings read(Path folder) {
    return new TokenizerSettings(folder);
  }

  private static JsonNode object(Path file) {
    return Files.exists(file) ? Json.readObject(file) : Json.object();
  }

  private void named(String name, JsonNode value) {
    boolean text = value.isTextual() || value.path("content").isTextual();
    if (name.endsWith("_token") && text) {
      named.put(name, token(value, -1, true));
    }
  }

  private void extra(JsonNode node, List<String> keys) {
    for (String key : keys) {
      for (JsonNode value : node.path(key)) {
        AddedToken token = token(value, -1, true);
        extra.putIfAbsent(token.content(), token);
      }
    }
  }

  private boolean isSpecial(String content) {
    return extra.containsKey(content)
        || named.values().stream().anyMatch(token -> token.content().equals(content));
  }

  /**
   * A text, or {@code {"content": text, "lstrip": ...}}.
   *
   * @param special whether it is a mark of the model, whatever it says
   */
  static AddedToken token(JsonNode value, int id, boolean special) {
    JsonNode content = value.isObject() ? value.path("content") : value;
    BadInput.require(content.isTextual(), "an added token", content, "a text");
    EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
    for (Flag flag : Flag.values()) {
      if (value.path(flag.key()).asBoolean(false)) {
        flags.add(flag);
      }
    }
    if (special) {
      flags.add(Flag.SPECIAL);
    }
    if (!value.has(Flag.NORMALIZED.key()) && !flags.contains(Flag.SPECIAL)) {
      flags.add(Flag.NORMALIZED);
    }
    return new AddedToken(content.textValue(), id, flags);
  }

  private static int id(String key, String value) {
    try {
      int id = Integer.parseInt(value);
      BadInput.require(id >= 0, key, value, "a whole number >= 0");
      return id;
    } catch (NumberFormatException e) {
      throw new BadInput(key + " must be a whole number >= 0, got " + value, e);
    }
  }

  /**
   * Whether transformers 5 makes normalizer, pre_tokenizer and post_processor anew, as CLIP's,
   * whatever {@code tokenizer.json} says.
   */
  boolean isClips() {
    return tokenizerClass.equals("CLIPTokenizer") || tokenizerClass.equals("CLIPTokenizerFast");
  }

  String tokenizerClass() {
    return tokenizerClass;
  }

  /** The token of a name, or {@code otherwise}. */
  String name(String key, String otherwise) {
    @Nullable AddedToken token = named.get(key);
    return token == null ? otherwise : token.content();
  }

  /** Whether a caption's spelling of a special token is text. */
  boolean splitsSpecials() {
    return splitsSpecials;
  }

  /**
   * All tokens in the order in which transformers adds them; id -1 where none is stated.
   *
   * @param file {@code added_tokens} of {@code tokenizer.json}, empty where there is no such file
   */
  List<AddedToken> tokens(List<AddedToken> file) {
    Map<String, AddedToken> all = new LinkedHashMap<>();
    if (!isClips()) {
      file.forEach(token -> all.put(token.content(), token));
    }
    Map<Integer, AddedToken> byId = new TreeMap<>(stated);
    if (!hasDecoder) {
      file.forEach(token -> byId.put(token.id(), token));
    }
    byId.values().forEach(token -> all.put(token.content(), token));
    named.values().forEach(token -> all.putIfAbsent(token.content(), token));
    extra.values().forEach(token -> all.putIfAbsent(token.content(), token));
    return List.copyOf(all.values());
  }
}
