package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import dev.filip.io.Npy;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beside clip_benchmark and VSE++'s definition ({@code compat/make_retrieval_goldens.py}). */
class RetrievalGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/retrieval");

  /** Images whose rows are lines of the matrix, captions whose rows are axes: exact products. */
  private static RetrievalPool pool(String name, int images, int texts) throws IOException {
    Npy scores = Npy.open(GOLDEN.resolve(name + "/scores.npy"));
    Npy owner = Npy.open(GOLDEN.resolve(name + "/owner.npy"));
    int width = (int) scores.shape()[1];
    float[] axes = new float[width * width];
    IntStream.range(0, width).forEach(t -> axes[t * width + t] = 1);
    List<Encoded> captions = parts(axes, width, texts);
    return new RetrievalPool(
        parts(scores.floats(), width, images),
        captions,
        captions,
        IntStream.range(0, width).map(t -> (int) owner.whole(t)).toArray());
  }

  private static List<Encoded> parts(float[] rows, int width, int size) {
    Tokens all = Tokens.ofRows(rows, width);
    List<Encoded> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += size) {
      Tokens part = all.slice(from, Math.min(all.size(), from + size));
      parts.add(new Encoded(part, part));
    }
    return parts;
  }

  private static void equal(RetrievalEval.Ranked found, JsonNode expected, double percent) {
    equal(found.textToImage(), expected.path("text_to_image"), percent);
    equal(found.imageToText(), expected.path("image_to_text"), percent);
  }

  private static void equal(Recalls found, JsonNode expected, double percent) {
    assertThat(percent * found.r1().value()).isCloseTo(number(expected, "r1"), within(1e-9));
    assertThat(percent * found.r5().value()).isCloseTo(number(expected, "r5"), within(1e-9));
    assertThat(percent * found.r10().value()).isCloseTo(number(expected, "r10"), within(1e-9));
  }

  private static double number(JsonNode json, String name) {
    assertThat(json.has(name)).isTrue();
    return json.path(name).asDouble();
  }

  @ParameterizedTest
  @CsvSource({"five, 64, 256", "five, 7, 11", "ragged, 64, 256", "ragged, 1, 13"})
  void isClipBenchmarks(String name, int images, int texts) throws IOException {
    JsonNode expected = Json.read(GOLDEN.resolve("expected.json")).at("/cases/" + name);
    for (Match match : Match.values()) {
      RetrievalEval.Ranked found = pool(name, images, texts).ranked(match, Ranking.PAPER);
      equal(found, expected.path("clip_benchmark"), 1);
    }
  }

  /** Blocks end inside folds, too. */
  @ParameterizedTest
  @CsvSource({"64, 256", "7, 11", "12, 60"})
  void isVsePlusPlus(int images, int texts) throws IOException {
    JsonNode expected = Json.read(GOLDEN.resolve("expected.json")).at("/cases/five");
    RetrievalPool pool = pool("five", images, texts);
    RetrievalEval.Ranked whole = pool.ranked(Match.GLOBAL, Ranking.PAPER);
    equal(whole, expected.path("vse"), 100);
    assertThat(whole.rsum()).isCloseTo(number(expected.path("vse"), "rsum"), within(1e-9));
    List<RetrievalEval.Ranked> folds = pool.folds(5, Match.GLOBAL, Ranking.PAPER);
    JsonNode means = expected.path("five_folds");
    assertThat(folds)
        .hasSize(5)
        .allSatisfy(f -> assertThat(f.imageToText().r1().n()).isEqualTo(12));
    assertThat(folds.stream().mapToDouble(RetrievalEval.Ranked::rsum).average().orElseThrow())
        .isCloseTo(number(means, "rsum"), within(1e-9));
    assertThat(100 * folds.stream().mapToDouble(f -> f.textToImage().r5().value()).sum() / 5)
        .isCloseTo(number(means.path("text_to_image"), "r5"), within(1e-9));
    assertThat(100 * folds.stream().mapToDouble(f -> f.imageToText().r1().value()).sum() / 5)
        .isCloseTo(number(means.path("image_to_text"), "r1"), within(1e-9));
  }
}
