package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.RgbImage;
import dev.filip.image.UndecodableImage;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import dev.filip.viz.AwtImages;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose patches are colours: turned and cut pictures, which no hash finds, are alike. */
class NearDuplicatesTest {
  private static final String RULE =
      "near_duplicates: {distance: 3, model: model, similarity: 0.93}";

  @TempDir Path folder;
  private Path shards;
  private final List<Integer> batches = new ArrayList<>();
  private String print = "one";
  private int failAfter = Integer.MAX_VALUE;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    shards = folder.resolve("shards");
    try (ShardWriter writer = new ShardWriter(shards, 4)) {
      for (int i = 0; i < 7; i++) {
        MadePairs.add(writer, "s" + i, MadePairs.picture(i, 70, 63), "a cat " + i);
      }
      MadePairs.add(writer, "turned", changed(2, -1, 1, 1), "a cat turned round");
      MadePairs.add(writer, "larger", MadePairs.picture(3, 140, 126), "a cat, larger");
      MadePairs.add(writer, "cut", changed(4, 1, 1.1, 1), "a cat from nearer");
      MadePairs.add(writer, "again", changed(2, -1, 1, 1.02), "a cat turned round once more");
      MadePairs.add(writer, "flat", MadePairs.flat(60, 50), "a black night");
      MadePairs.add(writer, "broken", new byte[] {1, 2, 3}, "a cat that is none");
      MadePairs.add(writer, "short", changed(5, -1, 1, 1), "cat");
      MadePairs.add(writer, "other", MadePairs.picture(40, 70, 63), "cat 40");
      MadePairs.add(writer, "like", changed(40, -1, 1, 1), "cat 40");
      MadePairs.add(writer, "last", MadePairs.picture(41, 70, 63), "cat 40");
    }
  }

  /** A made picture, mirrored where {@code x} is -1, nearer and brighter. */
  private static byte[] changed(int seed, int x, double nearer, double brighter)
      throws IOException {
    BufferedImage made = ImageIO.read(new ByteArrayInputStream(MadePairs.picture(seed, 70, 63)));
    BufferedImage image = new BufferedImage(70, 63, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    AffineTransform place = AffineTransform.getTranslateInstance(35, 31.5);
    place.scale(x * nearer, nearer);
    place.translate(-35, -31.5);
    pen.drawImage(made, place, null);
    pen.dispose();
    for (int at = 0; at < 70 * 63; at++) {
      int rgb = image.getRGB(at % 70, at / 70);
      int bright = 0;
      for (int shift = 0; shift < 24; shift += 8) {
        bright |= (int) Math.min(255, (rgb >> shift & 255) * brighter) << shift;
      }
      image.setRGB(at % 70, at / 70, bright);
    }
    return AwtImages.png(image);
  }

  private PairScorer.Models models() {
    return new PairScorer.Models() {
      @Override
      public String fingerprint(String model) {
        return print;
      }

      @Override
      public PairScorer open(String model) {
        return new Lengths();
      }

      @Override
      public PictureEncoder encoder(String model) {
        return new Colours();
      }
    };
  }

  /** Scores a pair by its caption's length. */
  private static final class Lengths implements PairScorer {
    @Override
    public List<String> columns() {
      return List.of("cosine");
    }

    @Override
    public List<float[]> score(List<Pair> pairs) {
      return pairs.stream()
          .map(pair -> new float[] {pair.captions().getFirst().length() / 100f})
          .toList();
    }

    @Override
    public void close() {}
  }

  /** Waves of the mean colour of each of 7 x 7 patches: d is no multiple of a word. */
  private final class Colours implements PictureEncoder {
    private static final int D = 41;
    private final double[] wave = new SplittableRandom(1).doubles(4L * D, -1, 1).toArray();

    @Override
    public int width() {
      return D;
    }

    @Override
    public List<float[]> encode(List<byte[]> images) {
      if (batches.size() >= failAfter) {
        throw new UncheckedIOException(new IOException("killed"));
      }
      batches.add(images.size());
      return images.stream().map(this::rows).toList();
    }

    private float[] rows(byte[] file) {
      RgbImage image;
      try {
        image = ImageDecoder.decode(file, DecodeOptions.DEFAULT);
      } catch (UndecodableImage e) {
        return new float[0];
      }
      float[] rows = new float[49 * D];
      for (int k = 0; k < 49; k++) {
        int x = (2 * (k % 7) + 1) * image.width() / 14;
        int y = (2 * (k / 7) + 1) * image.height() / 14;
        row(image, x, y, rows, k * D);
      }
      return rows;
    }

    private void row(RgbImage image, int x, int y, float[] rows, int at) {
      double squares = 0;
      for (int c = 0; c < D; c++) {
        double angle = 3 * wave[4 * c + 3];
        for (int b = 0; b < 3; b++) {
          angle +=
              3 * wave[4 * c + b] * (image.rgb()[3 * (y * image.width() + x) + b] & 255) / 255.0;
        }
        rows[at + c] = (float) Math.cos(angle);
        squares += rows[at + c] * rows[at + c];
      }
      for (int c = 0; c < D; c++) {
        rows[at + c] /= (float) Math.sqrt(squares);
      }
    }

    @Override
    public void close() {}
  }

  private Curation curation(SampleSource source, int workers, String... rules) throws IOException {
    Path file = MadePairs.rules(folder, rules);
    return new Curation(source, file, new CurateOptions(3, workers, false), models());
  }

  private ObjectNode run(String out, int workers, String... rules) throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return curation(source, workers, rules).write(folder.resolve(out));
    }
  }

  private ObjectNode share(String out, Curation.Stage stage, String share, String... rules)
      throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return curation(source, 2, rules)
          .share(folder.resolve(out), stage, Share.parse("--share", share));
    }
  }

  private List<String> keys(String out) throws IOException {
    return MadePairs.keys(folder.resolve(out));
  }

  @Test
  void aModelFindsWhatHashesMiss() throws IOException {
    run("hash", 2, "undecodable: on", "length: {min_words: 2}", "near_duplicates: {distance: 3}");
    assertThat(keys("hash"))
        .contains("turned", "cut", "like")
        .doesNotContain("larger", "again", "short", "broken");
    batches.clear();
    ObjectNode answer = run("out", 2, "undecodable: on", "length: {min_words: 2}", RULE);
    assertThat(keys("out"))
        .containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6", "flat", "other", "last");
    assertThat(answer.path("rules").path("near_duplicates").asInt()).isEqualTo(5);
    assertThat(answer.path("near_duplicates").toString())
        .isEqualTo("{\"by_hash\":2,\"by_tokens\":3}");
    assertThat(batches)
        .as("what other rules, hashes and single colours leave, shard by shard")
        .containsExactly(4, 4, 1, 2, 1);
    assertThat(Files.readString(folder.resolve("out/report.html")))
        .contains(
            "near_duplicates took 5",
            "looks like s2, similarity of tokens",
            "looks like s3, 2 of 63 bits differ",
            "the earlier one of both");
  }

  @Test
  void withoutAModelNothingIsSaidOfOne() throws IOException {
    ObjectNode answer = run("out", 2, "near_duplicates: {distance: 3}");
    assertThat(answer.has("near_duplicates")).isFalse();
    assertThat(Files.readString(folder.resolve("out/curate.json")))
        .contains("near_duplicates: NearDuplicates[distance=3]\"")
        .doesNotContain("near_duplicates_model", "by_tokens");
    assertThat(batches).isEmpty();
    share("shares", Curation.Stage.ENCODE, "0/2", "near_duplicates: {distance: 3}");
    assertThat(batches).isEmpty();
  }

  @Test
  void sharesThreadsAndADryRunSayTheSame() throws IOException {
    String[] rules = {
      "length: {min_words: 2}",
      RULE,
      "repetition: {max_images: 2}",
      "score: {model: model, keep: 0.8}"
    };
    ObjectNode whole = run("whole", 1, rules);
    run("many", 7, rules);
    assertThat(MadePairs.sum(folder.resolve("many")))
        .isEqualTo(MadePairs.sum(folder.resolve("whole")));
    for (String share : List.of("1/2", "0/2")) {
      share("out", Curation.Stage.JUDGE, share, rules);
    }
    assertThatThrownBy(() -> share("out", Curation.Stage.SCORE, "0/2", rules))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(
            "shards without tokens must be 0 before --score (--encode makes them), got 5");
    share("out", Curation.Stage.ENCODE, "2/3", rules);
    assertThatThrownBy(() -> share("out", Curation.Stage.WRITE, "0/2", rules))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("shards without tokens must be 0 before --write");
    share("out", Curation.Stage.ENCODE, "0/3", rules);
    share("out", Curation.Stage.ENCODE, "0/3", rules);
    Path twins = folder.resolve("out.partial/tokens/twins");
    assertThat(twins).doesNotExist();
    share("out", Curation.Stage.ENCODE, "1/3", rules);
    assertThat(twins).as("the last one compares").exists();
    batches.clear();
    for (String share : List.of("1/2", "0/2")) {
      share("out", Curation.Stage.SCORE, share, rules);
    }
    share("out", Curation.Stage.WRITE, "0/1", rules);
    run("out", 2, rules);
    assertThat(batches).as("nothing is encoded again").isEmpty();
    assertThat(MadePairs.sum(folder.resolve("out")))
        .isEqualTo(MadePairs.sum(folder.resolve("whole")));
    try (SampleSource source = MadePairs.open(shards)) {
      for (var entry : curation(source, 3, rules).count().properties()) {
        assertThat(whole.get(entry.getKey())).as(entry.getKey()).isEqualTo(entry.getValue());
      }
    }
  }

  @Test
  void aRunThatWasKilledEncodesOnlyWhatIsLeft() throws IOException {
    run("whole", 2, RULE);
    int all = batches.size();
    batches.clear();
    failAfter = 2;
    assertThatThrownBy(() -> run("out", 2, RULE)).hasMessageContaining("killed");
    Path tokens = folder.resolve("out.partial/tokens");
    assertThat(tokens.resolve("000001.tokens")).exists();
    assertThat(tokens.resolve("000002.tokens")).doesNotExist();
    failAfter = Integer.MAX_VALUE;
    run("out", 2, RULE);
    assertThat(batches).hasSize(all);
    assertThat(MadePairs.sum(folder.resolve("out")))
        .isEqualTo(MadePairs.sum(folder.resolve("whole")));
  }

  /** What is taken is not counted by a rule that comes later, and is by one that comes first. */
  @Test
  void theOrderOfTheRulesIsKept() throws IOException {
    run("after", 2, RULE, "repetition: {max_images: 2}");
    assertThat(keys("after")).as("cat 40 stands beside two").contains("other", "last");
    run("first", 2, "repetition: {max_images: 2}", RULE);
    assertThat(keys("first")).doesNotContain("other", "last", "like");
  }

  /** An earlier one that a later rule takes has been there all the same, as with hashes. */
  @Test
  void whatALaterRuleTakesIsStillTheEarlierOne() throws IOException {
    ObjectNode answer =
        run("out", 2, "length: {min_words: 2}", RULE, "score: {model: model, keep: 0.1}");
    assertThat(answer.path("rules").path("near_duplicates").asInt()).isEqualTo(5);
    assertThat(keys("out")).doesNotContain("s2", "turned", "again");
  }

  @Test
  void theTwinIsExplained() throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      Curation curation = curation(source, 2, "length: {min_words: 2}", RULE);
      ObjectNode turned = curation.explain("turned");
      assertThat(turned.path("rule").asText()).isEqualTo("near_duplicates");
      assertThat(turned.path("why").asText())
          .matches("looks like s2, similarity of tokens (1\\.0000|0\\.9[3-9]\\d\\d)");
      assertThat(curation.explain("larger").path("why").asText())
          .isEqualTo("looks like s3, 2 of 63 bits differ");
      assertThat(curation.explain("again").path("why").asText())
          .as("hashes come first, of a picture that tokens take")
          .matches("looks like turned, [0-3] of 63 bits differ");
      assertThat(curation.explain("s2").path("kept").asBoolean()).isTrue();
      assertThat(curation.explain("short").path("rule").asText()).isEqualTo("length");
    }
  }

  @Test
  void anotherModelOrSimilarityIsAnotherRequest() throws IOException {
    run("out", 2, RULE);
    print = "two";
    assertThatThrownBy(() -> run("out", 2, RULE))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("near_duplicates_model was one, not two");
    assertThatThrownBy(() -> run("out", 2, RULE.replace("0.93", "0.94")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is of another request: rules was");
  }

  @Test
  void wrongSettingsAreNamed() {
    for (String[] wrong :
        new String[][] {
          {"modell: m", "near_duplicates.modell is not a key; did you mean near_duplicates.model?"},
          {"model: nowhere", "near_duplicates.model must be a model folder"},
          {"similarity: 0.9", "near_duplicates.similarity must be beside near_duplicates.model"},
          {
            "model: model, similarity: 95", "near_duplicates.similarity must be in (0, 1], got 95.0"
          },
          {"model: model, similarity: 0", "near_duplicates.similarity must be in (0, 1], got 0.0"},
          {"model: model, similarity: high", "near_duplicates.similarity must be a number"},
        }) {
      assertThatThrownBy(() -> run("out", 1, "near_duplicates: {" + wrong[0] + "}"))
          .as(wrong[0])
          .isInstanceOf(BadInput.class)
          .hasMessageContaining(wrong[1])
          .message()
          .doesNotContain("\n");
    }
  }
}
