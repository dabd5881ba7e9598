package dev.filip.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tokenizers that are not quite CLIP's: ids of transformers 5.24 and open_clip's HFTokenizer, made
 * by {@code make_foreign_goldens.py}.
 */
class ForeignTokenizerTest {
  private static final JsonNode GOLDEN = golden();

  @TempDir Path folder;

  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(ForeignTokenizerTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode golden() {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(resource("foreign.json.gz")))) {
      return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> variants() {
    List<String> names = new ArrayList<>();
    GOLDEN
        .path("variants")
        .forEach(v -> names.add(v.path("name").asText() + "|" + v.path("behaviour").asText()));
    assertThat(names).hasSizeGreaterThan(14);
    return names.stream();
  }

  /** clip-small with keys of its files replaced; null takes a file away. */
  private Path changed(JsonNode files) throws IOException {
    Path made = Files.createDirectories(folder.resolve("made"));
    try (Stream<Path> all = Files.list(resource("clip-small"))) {
      for (Path file : all.toList()) {
        Files.copy(file, made.resolve(file.getFileName()));
      }
    }
    for (Map.Entry<String, JsonNode> change : files.properties()) {
      Path file = made.resolve(change.getKey());
      if (change.getValue().isNull()) {
        Files.delete(file);
      } else {
        ObjectNode old = Files.exists(file) ? (ObjectNode) Json.read(file) : Json.object();
        Files.writeString(file, Json.line(old.setAll((ObjectNode) change.getValue())));
      }
    }
    return made;
  }

  @ParameterizedTest
  @MethodSource("variants")
  void idsAreTransformers(String which) throws IOException {
    JsonNode variant = null;
    for (JsonNode v : GOLDEN.path("variants")) {
      if (which.equals(v.path("name").asText() + "|" + v.path("behaviour").asText())) {
        variant = v;
      }
    }
    Objects.requireNonNull(variant);
    TextBehaviour behaviour =
        TextBehaviour.valueOf(variant.path("behaviour").asText().toUpperCase(Locale.ROOT));
    BpeTokenizer tokenizer = BpeTokenizer.load(changed(variant.path("files")), behaviour);
    Path saved = folder.resolve("saved");
    tokenizer.save(saved);
    BpeTokenizer again = BpeTokenizer.load(saved, behaviour);
    assertThat(again.fingerprint()).isEqualTo(tokenizer.fingerprint());
    for (int i = 0; i < GOLDEN.path("texts").size(); i++) {
      String text = GOLDEN.path("texts").get(i).asText();
      int[] expected = ints(variant.path("ids").get(i));
      assertThat(tokenizer.encode(text)).as(text).isEqualTo(expected);
      assertThat(again.encode(text)).as("saved: %s", text).isEqualTo(expected);
      assertThat(tokenizer.encodeWithSpans(text).ids()).as(text).isEqualTo(expected);
    }
  }

  private static int[] ints(JsonNode list) {
    int[] ids = new int[list.size()];
    Arrays.setAll(ids, i -> list.get(i).intValue());
    return ids;
  }

  @Test
  void anAddedTokensSpanIsItsSpelling() throws IOException {
    JsonNode files = files("added");
    BpeTokenizer tokenizer = BpeTokenizer.load(changed(files), TextBehaviour.TRANSFORMERS);
    String text = "a Big\tCat, \u00c9 <lr> x";
    TokenSpans spans = tokenizer.encodeWithSpans(text);
    List<String> words = tokenizer.words(spans.ids());
    int cat = words.indexOf("big cat");
    assertThat(text.substring(spans.from()[cat], spans.to()[cat])).isEqualTo("Big\tCat");
    int sides = words.indexOf("<lr>");
    assertThat(text.substring(spans.from()[sides], spans.to()[sides])).isEqualTo("<lr>");
  }

  @Test
  void fingerprintsTellTokenizersApart() throws IOException {
    List<String> seen = new ArrayList<>();
    for (String name : List.of("added", "added, followed", "cased", "named", "template")) {
      Path made = changed(files(name));
      seen.add(BpeTokenizer.load(made, TextBehaviour.TRANSFORMERS).fingerprint());
      Outputs.delete(made);
    }
    seen.add(BpeTokenizer.load(resource("clip-small"), TextBehaviour.TRANSFORMERS).fingerprint());
    // one way of saying the same, and one that differs in its post_processor's spelling only
    assertThat(seen.get(1)).isEqualTo(seen.get(0));
    assertThat(seen.get(4)).isEqualTo(seen.get(5));
    assertThat(List.of(seen.get(0), seen.get(2), seen.get(3), seen.get(5))).doesNotHaveDuplicates();
  }

  private static JsonNode files(String name) {
    for (JsonNode variant : GOLDEN.path("variants")) {
      if (variant.path("name").asText().equals(name)) {
        return variant.path("files");
      }
    }
    throw new IllegalArgumentException(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"normalizer\": {\"type\": \"NFKC\"}};normalizer must be made of CLIP's",
        "{\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, {\"type\":"
            + " \"StripAccents\"}]}};normalizer must be made of CLIP's",
        "{\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\":"
            + " \"_\"}};normalizer must be a Replace of \\s+ by one space",
        "{\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false}};pre_tokenizer"
            + " must be CLIP's Split, then ByteLevel",
        "{\"pre_tokenizer\": null};pre_tokenizer must be CLIP's Split",
        "{\"post_processor\": null};post_processor must be one that puts",
        "{\"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"a\", 3], \"cls\":"
            + " [\"b\", 4]}};post_processor must be with the ids",
        "{\"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"<|endoftext|>\", 3],"
            + " \"cls\": [\"<|startoftext|>\", 4]}};post_processor must be with the ids",
        "{\"added_tokens\": [{\"id\": 1500, \"content\": \"<x>\"}]};the id of the added token <x>"
            + " must be 1400, which tokenizers gives it, got 1500",
        "{\"added_tokens\": [{\"id\": 1400}]};an added token must be a text",
      })
  void whatIsNotComputedIsRefused(String change, String reason) throws IOException {
    ObjectNode files = Json.object();
    files.set("tokenizer.json", Json.parse(change));
    files.putObject("tokenizer_config.json").put("tokenizer_class", "PreTrainedTokenizerFast");
    refused(files, TextBehaviour.TRANSFORMERS, reason);
  }

  @Test
  void contradictionsAreRefused() throws IOException {
    ObjectNode cased = files("cased").deepCopy();
    ((ObjectNode) cased.path("tokenizer_config.json")).put("tokenizer_class", "CLIPTokenizer");
    refused(
        cased,
        TextBehaviour.TRANSFORMERS,
        "tokenizer_class must be PreTrainedTokenizerFast, since tokenizer.json has other parts");
    refused(files("cased by itself"), TextBehaviour.OPEN_CLIP, "with CLIP's normalizer");
    refused(files("added"), TextBehaviour.OPEN_CLIP_WITHOUT_FTFY, "the added token <cat-toy>");
    // a piece of CLIP's own, as Stable Diffusion's padding, is text to open_clip
    Path made = changed(files("padding of the vocabulary"));
    assertThat(BpeTokenizer.load(made, TextBehaviour.OPEN_CLIP).encode("!")[1]).isEqualTo(256);
    assertThat(BpeTokenizer.load(made, TextBehaviour.TRANSFORMERS).encode("!")[1]).isEqualTo(0);
  }

  private void refused(JsonNode files, TextBehaviour behaviour, String reason) throws IOException {
    Path made = changed(files);
    assertThatThrownBy(() -> BpeTokenizer.load(made, behaviour))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("\n");
    Outputs.delete(made);
  }
}
