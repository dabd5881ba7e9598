package dev.filip.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizer files that are damaged: read, or refused in one line. */
class DamagedTokenizersTest {
  private static final List<String> CAPTIONS = List.of("a red ball", "The dog's ball, 25 balls!");

  @TempDir Path folder;

  private int size;

  @BeforeEach
  void save() throws IOException {
    BpeTokenizer tokenizer = BpeTrainer.train(CAPTIONS, 530, TextBehaviour.TRANSFORMERS);
    tokenizer.save(folder);
    size = tokenizer.size();
  }

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  private void check(String name, List<byte[]> inputs) {
    Mutations.of(name, inputs)
        .refusing(BadInput.class)
        .check(input -> {
          Files.write(folder.resolve(name), input);
          BpeTokenizer tokenizer = BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS);
          tokenizer.words(tokenizer.encode("A red <x> ball's 25 \uD83C\uDF88"));
        });
  }

  @Test
  void tokenizerJson() throws IOException {
    ObjectNode cased = (ObjectNode) Json.read(folder.resolve("tokenizer.json"));
    ((ObjectNode) cased.path("normalizer")).withArray("normalizers").remove(2);
    cased.withArray("added_tokens").addObject().put("id", size).put("content", "<x>");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    check(
        "tokenizer.json",
        List.of(bytes("tokenizer.json"), Json.line(cased).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void vocabularyAndMerges() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    byte[] vocabulary = bytes("vocab.json");
    check("merges.txt", List.of(bytes("merges.txt")));
    save();
    Files.delete(folder.resolve("tokenizer.json"));
    check("vocab.json", List.of(vocabulary));
  }

  @Test
  void whatIsSaidBeside() throws IOException {
    ObjectNode decoder = Json.object();
    decoder
        .putObject(Integer.toString(size))
        .put("content", "<x>")
        .put("lstrip", true)
        .put("normalized", true);
    decoder.putObject(Integer.toString(size - 1)).put("content", "<|endoftext|>");
    ObjectNode config = (ObjectNode) Json.read(folder.resolve("tokenizer_config.json"));
    config.put("image_token", "<i>").withArray("additional_special_tokens").add("<y>");
    byte[] plain = Json.line(config).getBytes(StandardCharsets.UTF_8);
    config.set("added_tokens_decoder", decoder);
    check(
        "tokenizer_config.json",
        List.of(plain, Json.line(config).getBytes(StandardCharsets.UTF_8)));
    Files.delete(folder.resolve("tokenizer_config.json"));
    check("special_tokens_map.json", List.of(bytes("special_tokens_map.json")));
    Files.delete(folder.resolve("special_tokens_map.json"));
    String added = Json.line(Json.object().put("<x>", size).put("<y z>", size + 1));
    check("added_tokens.json", List.of(added.getBytes(StandardCharsets.UTF_8)));
  }
}
