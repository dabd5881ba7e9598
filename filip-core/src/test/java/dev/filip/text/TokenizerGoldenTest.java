package dev.filip.text;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the Python tools; the goldens and the script that makes them are test resources. */
class TokenizerGoldenTest {
  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(TokenizerGoldenTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<TokensParity.Golden> golden(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(resource(name)))) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return TokensParity.read(Json.parse(json), name);
    }
  }

  private static BpeTokenizer tokenizer(TextBehaviour behaviour) {
    return BpeTokenizer.load(resource("clip-small"), behaviour);
  }

  private static String story(TokensParity.Report report) {
    TokensParity.Difference first = report.first();
    return first == null
        ? "equal"
        : report.differing()
            + " of "
            + report.texts().texts()
            + ", first "
            + Json.line(first.text())
            + " "
            + hex(first.text())
            + " expected "
            + Arrays.toString(first.expected())
            + " got "
            + Arrays.toString(first.actual());
  }

  @Test
  void idsEqualTransformers() throws IOException {
    List<TokensParity.Golden> golden = golden("transformers.json.gz");
    TokensParity.Report report =
        TokensParity.compare(tokenizer(TextBehaviour.TRANSFORMERS), golden);
    assertThat(golden).hasSizeGreaterThan(3000);
    assertThat(report.differing()).as(story(report)).isZero();
  }

  @Test
  void idsEqualOpenClip() throws IOException {
    List<TokensParity.Golden> golden = golden("open_clip.json.gz");
    TokensParity.Report report = TokensParity.compare(tokenizer(TextBehaviour.OPEN_CLIP), golden);
    assertThat(golden).hasSizeGreaterThan(3000);
    assertThat(report.differing()).as(story(report)).isZero();
  }

  /** Texts not in without_ftfy.json.gz have open_clip's ids with and without ftfy. */
  @Test
  void idsWithoutFtfyEqualThoseOfOpenClipsCode() throws IOException {
    List<TokensParity.Golden> changed = golden("without_ftfy.json.gz");
    Set<String> texts = changed.stream().map(TokensParity.Golden::text).collect(toSet());
    List<TokensParity.Golden> all = new ArrayList<>(changed);
    golden("open_clip.json.gz").stream().filter(g -> !texts.contains(g.text())).forEach(all::add);
    TokensParity.Report report =
        TokensParity.compare(tokenizer(TextBehaviour.OPEN_CLIP_WITHOUT_FTFY), all);
    assertThat(changed).hasSizeGreaterThan(2000);
    assertThat(all).hasSizeGreaterThan(4500);
    assertThat(report.differing()).as(story(report)).isZero();
  }

  /** Texts not in open_clip_hf.json.gz get the same ids from both of open_clip's tokenizers. */
  @Test
  void idsEqualThoseOfOpenClipsHfTokenizer() throws IOException {
    List<TokensParity.Golden> changed = golden("open_clip_hf.json.gz");
    Set<String> texts = changed.stream().map(TokensParity.Golden::text).collect(toSet());
    List<TokensParity.Golden> all = new ArrayList<>(changed);
    for (String file : List.of("open_clip.json.gz", "mojibake.json.gz")) {
      golden(file).stream().filter(g -> !texts.contains(g.text())).forEach(all::add);
    }
    TokensParity.Report report = TokensParity.compare(tokenizer(TextBehaviour.OPEN_CLIP_HF), all);
    assertThat(changed).hasSizeGreaterThan(150);
    assertThat(all).hasSizeGreaterThan(4500);
    assertThat(report.differing()).as(story(report)).isZero();
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
  void theComparisonCanFail() throws IOException {
    TokensParity.Report report =
        TokensParity.compare(tokenizer(TextBehaviour.TRANSFORMERS), golden("open_clip.json.gz"));
    assertThat(report.ok()).isFalse();
    assertThat(report.differing()).isGreaterThan(1000);
    ObjectNode json = report.toJson();
    assertThat(json.path("first_difference").path("expected").isMissingNode()).isFalse();
    assertThat(json.path("differing").intValue()).isEqualTo(report.differing());
  }

  @Test
  void repairOfMojibakeEqualsFtfys() throws IOException {
    List<TokensParity.Golden> golden = golden("mojibake.json.gz");
    TokensParity.Report report = TokensParity.compare(tokenizer(TextBehaviour.OPEN_CLIP), golden);
    assertThat(golden).hasSizeGreaterThan(800);
    assertThat(report.differing()).as(story(report)).isZero();
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
  void specialTokensAndMojibakeAreCountedApart() {
    BpeTokenizer tokenizer = tokenizer(TextBehaviour.OPEN_CLIP);
    TokensParity.Golden plain = new TokensParity.Golden("a dog", tokenizer.encode("a dog"));
    TokensParity.Golden repaired =
        new TokensParity.Golden("it donâ€™t", tokenizer.encode("it don't"));
    TokensParity.Golden unrepaired =
        new TokensParity.Golden("itâ€™s", new int[] {tokenizer.bos(), tokenizer.eos()});
    int[] ends = {tokenizer.bos(), tokenizer.eos(), tokenizer.eos()};
    TokensParity.Golden special = new TokensParity.Golden("<|endoftext|>", ends);
    JsonNode json =
        TokensParity.compare(tokenizer, List.of(plain, repaired, unrepaired, special)).toJson();
    assertThat(json.path("texts").intValue()).isEqualTo(3);
    assertThat(json.path("differing").intValue()).isEqualTo(1);
    assertThat(Json.line(json.path("mojibake"))).isEqualTo("{\"texts\":2,\"differing\":1}");
    assertThat(Json.line(json.path("special")))
        .isEqualTo("{\"texts\":1,\"differing\":1,\"list\":[\"<|endoftext|>\"]}");
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
      List<TokensParity.Golden> goldens = golden("transformers.json.gz");
      for (int i = 0; i < goldens.size(); i += 4) {
        TokensParity.Golden golden = goldens.get(i);
        TokenSpans spans = tokenizer.encodeWithSpans(golden.text());
        if (!Arrays.equals(spans.ids(), tokenizer.encode(golden.text()))) {
          throw new AssertionError(Json.line(golden.text()));
        }
        assertOrdered(spans, golden.text());
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
    for (TokensParity.Golden golden : golden("transformers.json.gz")) {
      assertThat(Nfc.of(MappedText.of(golden.text())).text())
          .isEqualTo(Normalizer.normalize(golden.text(), Normalizer.Form.NFC));
    }
  }

  @Test
  void bothMergersAgree() throws IOException {
    Vocabulary vocabulary = TokenizerFiles.read(resource("clip-small"));
    MergeTable table = vocabulary.table();
    int[] inner = vocabulary.byteIds("");
    for (TokensParity.Golden golden : golden("transformers.json.gz")) {
      byte[] bytes = golden.text().getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        ids[i] = inner[bytes[i] & 0xFF];
      }
      assertThat(table.queue(ids.clone())).as(golden.text()).isEqualTo(table.scan(ids.clone()));
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
