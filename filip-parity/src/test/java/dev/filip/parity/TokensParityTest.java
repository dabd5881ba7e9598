package dev.filip.parity;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids equal those of the Python tools; goldens by filip-core's {@code make_goldens.py}. */
class TokensParityTest {
  private static Path resource(String name) {
    return Path.of("../filip-core/src/test/resources/dev/filip/text", name);
  }

  private static BpeTokenizer tokenizer(TextBehaviour behaviour) {
    return BpeTokenizer.load(resource("clip-small"), behaviour);
  }

  private static String hex(String text) {
    return Arrays.toString(text.codePoints().mapToObj(Integer::toHexString).toArray());
  }

  private static List<TokensParity.Golden> golden(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(resource(name)))) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return TokensParity.read(Json.parse(json), name);
    }
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
  void aBadGoldenIsSaid(@TempDir Path folder) throws IOException {
    Path golden = Files.writeString(folder.resolve("g.json"), "[{\"text\": \"a\"}]");
    assertThatThrownBy(() -> TokensParity.compare(tokenizer(TextBehaviour.TRANSFORMERS), golden))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("item 0");
    Files.writeString(golden, "{}");
    assertThatThrownBy(() -> TokensParity.compare(tokenizer(TextBehaviour.TRANSFORMERS), golden))
        .isInstanceOf(BadInput.class);
  }
}
