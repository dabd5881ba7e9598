package dev.filip.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.TextBehaviour;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Against the Python tools; the goldens and the script that makes them are test resources. Their
 * ids, text by text, are compared in filip-parity.
 */
class TokenizerGoldenTest {
  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(TokenizerGoldenTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The texts of a golden. */
  private static List<String> texts(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(resource(name)))) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> texts = new ArrayList<>();
      Json.parse(json).forEach(item -> texts.add(item.path("text").textValue()));
      assertThat(texts).hasSizeGreaterThan(3000);
      return texts;
    }
  }

  private static BpeTokenizer tokenizer(TextBehaviour behaviour) {
    return BpeTokenizer.load(resource("clip-small"), behaviour);
  }

  @Test
  void theTwoTokenizersOfOpenClipPartAtAFinalSigma() {
    int[] own = tokenizer(TextBehaviour.OPEN_CLIP).encode("&Omicron;ΔΟΣ");
    int[] folders = tokenizer(TextBehaviour.OPEN_CLIP_HF).encode("&Omicron;ΔΟΣ");
    assertThat(own).isEqualTo(tokenizer(TextBehaviour.OPEN_CLIP).encode("οδος"));
    assertThat(folders).isEqualTo(tokenizer(TextBehaviour.TRANSFORMERS).encode("οδοσ"));
    assertThat(folders).isNotEqualTo(own);
  }

  /** Checksums of the ids of 10,000 strings that both languages make from one seed. */
  @ParameterizedTest
  @EnumSource
  void idsOfRandomUnicodeAreEqual(TextBehaviour behaviour) throws IOException {
    List<String> strings = RandomUnicode.strings(10_000, resource("assigned.txt"));
    IntBuffer golden =
        ByteBuffer.wrap(Files.readAllBytes(resource("random.crc")))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asIntBuffer();
    assertThat(golden.capacity()).isEqualTo(TextBehaviour.values().length * strings.size());
    BpeTokenizer tokenizer = tokenizer(behaviour);
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < strings.size(); i++) {
      int[] ids = tokenizer.encode(strings.get(i));
      if (checksum(ids) != golden.get(behaviour.ordinal() * strings.size() + i)) {
        differing.add(i + " " + hex(strings.get(i)) + " got " + Arrays.toString(ids));
      }
    }
    assertThat(differing).isEmpty();
  }

  private static int checksum(int[] ids) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(ids);
    CRC32 crc = new CRC32();
    crc.update(bytes.array());
    return (int) crc.getValue();
  }

  private static String hex(String text) {
    return Arrays.toString(text.codePoints().mapToObj(Integer::toHexString).toArray());
  }

  @Test
  void repairedTextKeepsItsPlace() {
    BpeTokenizer tokenizer = tokenizer(TextBehaviour.OPEN_CLIP);
    String text = "it donâ€™t say \u00c3\u00a9t\u00c3\u00a9 ok";
    TokenSpans spans = tokenizer.encodeWithSpans(text);
    assertThat(spans.ids()).isEqualTo(tokenizer.encode("it don't say \u00e9t\u00e9 ok"));
    int[] quote = spans.tokensIn(text.indexOf('\u00e2'), text.indexOf('\u00e2') + 3);
    assertThat(text.substring(spans.from()[quote[0]], spans.to()[quote[0]])).isEqualTo("â€™t");
    int[] last = spans.tokensIn(text.indexOf("ok"), text.length());
    assertThat(text.substring(spans.from()[last[0]], spans.to()[last[last.length - 1]]))
        .isEqualTo("ok");
  }

  @Test
  void specialTokensInATextAreSpeltOut() {
    int tools = 0;
    for (JsonNode item : Json.read(resource("special.json"))) {
      for (TextBehaviour behaviour : TextBehaviour.values()) {
        BpeTokenizer tokenizer = tokenizer(behaviour);
        int[] ids = tokenizer.encode(item.path("text").textValue());
        int[] inner = Arrays.copyOfRange(ids, 1, ids.length - 1);
        assertThat(inner).doesNotContain(tokenizer.bos(), tokenizer.eos());
        tools +=
            Json.line(item.path(behaviour.name().toLowerCase(Locale.ROOT))).equals(Json.line(ids))
                ? 0
                : 1;
      }
    }
    assertThat(tools).as("texts that a Python tool reads as special").isEqualTo(14);
  }

  @Test
  void theTrainerEqualsHuggingFaces() throws IOException {
    List<String> corpus = Files.readAllLines(resource("corpus.txt"));
    BpeTokenizer trained = BpeTrainer.train(corpus, 1400, TextBehaviour.TRANSFORMERS);
    Vocabulary expected = TokenizerFiles.read(resource("clip-small"));
    assertThat(trained.vocabulary().merges()).isEqualTo(expected.merges());
    assertThat(new ArrayList<>(trained.vocabulary().ids().entrySet()))
        .isEqualTo(new ArrayList<>(expected.ids().entrySet()));
  }

  @Test
  void ourFilesEqualTransformers(@TempDir Path folder) throws IOException {
    tokenizer(TextBehaviour.TRANSFORMERS).save(folder);
    assertThat(Json.read(folder.resolve("tokenizer.json")))
        .isEqualTo(Json.read(resource("clip-small").resolve("tokenizer.json")));
    assertThat(folder.resolve("merges.txt"))
        .hasSameTextualContentAs(resource("clip-small").resolve("merges.txt"));
    assertThat(Json.read(folder.resolve("vocab.json")))
        .isEqualTo(Json.read(resource("clip-small").resolve("vocab.json")));
  }

  @Test
  void spansCoverWhatTheTokensSay() throws IOException {
    for (TextBehaviour behaviour : TextBehaviour.values()) {
      BpeTokenizer tokenizer = tokenizer(behaviour);
      List<String> texts = texts("transformers.json.gz");
      for (int i = 0; i < texts.size(); i += 4) {
        String text = texts.get(i);
        TokenSpans spans = tokenizer.encodeWithSpans(text);
        if (!Arrays.equals(spans.ids(), tokenizer.encode(text))) {
          throw new AssertionError(Json.line(text));
        }
        assertOrdered(spans, text);
      }
    }
  }

  private static void assertOrdered(TokenSpans spans, String text) {
    for (int i = 1; i + 1 < spans.size(); i++) {
      boolean ordered =
          spans.from()[i] < spans.to()[i]
              && spans.from()[i] >= spans.from()[i - 1]
              && spans.to()[i] <= text.length();
      if (!ordered) {
        throw new AssertionError("token " + i + " of " + Json.line(text));
      }
    }
  }

  /** A word whose characters cleaning leaves alone is exactly what its span holds. */
  @Test
  void spansOfPlainAsciiAreExact() throws IOException {
    BpeTokenizer tokenizer = tokenizer(TextBehaviour.OPEN_CLIP);
    for (String text : Files.readAllLines(resource("corpus.txt")).subList(0, 300)) {
      TokenSpans spans = tokenizer.encodeWithSpans(text);
      List<String> words = tokenizer.words(spans.ids());
      for (int i = 1; i + 1 < spans.size(); i++) {
        assertThat(text.substring(spans.from()[i], spans.to()[i])).isEqualTo(words.get(i));
      }
    }
  }

  @Test
  void normalisingByChunksIsNormalising() throws IOException {
    for (String text : texts("transformers.json.gz")) {
      assertThat(Nfc.of(MappedText.of(text)).text())
          .isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
    }
  }

  @Test
  void bothMergersAgree() throws IOException {
    Vocabulary vocabulary = TokenizerFiles.read(resource("clip-small"));
    MergeTable table = vocabulary.table();
    int[] inner = vocabulary.byteIds("");
    for (String text : texts("transformers.json.gz")) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        ids[i] = inner[bytes[i] & 0xFF];
      }
      assertThat(table.queue(ids.clone())).as(text).isEqualTo(table.scan(ids.clone()));
    }
  }

  @Test
  void loneSurrogatesBecomeTheReplacementCharacter() {
    for (TextBehaviour behaviour : TextBehaviour.values()) {
      BpeTokenizer tokenizer = tokenizer(behaviour);
      assertThat(tokenizer.encode("a \uD83C b")).isEqualTo(tokenizer.encode("a \uFFFD b"));
      assertThat(tokenizer.encode("\uDF88")).isEqualTo(tokenizer.encode("\uFFFD"));
    }
  }
}
