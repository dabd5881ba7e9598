package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.Filip;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.encode.Embedder;
import dev.filip.io.Json;
import dev.filip.tokens.Tokens;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code filip curate} with the shipped models as scorers. */
@Tag("native")
class CurateCommandTest {
  private static final Path MODELS =
      Path.of(System.getProperty("filip.root", ".."))
          .toAbsolutePath()
          .normalize()
          .resolve("models");
  private static final List<Color> COLOURS =
      List.of(Color.RED, Color.GREEN, Color.BLUE, Color.ORANGE, Color.BLACK);
  @TempDir static Path folder;

  @BeforeAll
  static void pictures() throws IOException {
    Files.createDirectories(folder.resolve("pairs"));
    for (int i = 0; i < COLOURS.size(); i++) {
      BufferedImage image = new BufferedImage(84 + 7 * i, 60, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = image.createGraphics();
      g.setColor(COLOURS.get(i));
      g.fillOval(20, 5, 30, 30);
      g.dispose();
      ImageIO.write(image, "png", folder.resolve("pairs/p" + i + ".png").toFile());
      String more = i % 2 == 0 ? "" : "\na shark above a kite on blue ground";
      Files.writeString(folder.resolve("pairs/p" + i + ".txt"), "red apple " + i + more);
    }
    Files.writeString(folder.resolve("pairs/cut.png"), "no picture");
    Files.writeString(folder.resolve("pairs/cut.txt"), "a picture that is none");
  }

  private record Said(int code, String out, String err) {}

  private static Said run(Object... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine filip =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = filip.execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    return new Said(code, out.toString(), err.toString().strip());
  }

  private static Path rules(String model, String score) throws IOException {
    Path file = folder.resolve("rules.yaml");
    String place = folder.relativize(MODELS.resolve(model)).toString().replace('\\', '/');
    return Files.writeString(file, "score: {model: \"" + place + "\", " + score + "}\n");
  }

  @Test
  void scoresAreThoseOfTheLibrary() throws IOException {
    Path rules = rules("collages-late", "min: -1");
    Path out = folder.resolve("late");
    Said said = run("curate", folder.resolve("pairs"), "--rules", rules, "--out", out, "--json");
    assertThat(said.code()).as(said.err()).isZero();
    JsonNode answer = Json.parse(said.out());
    assertThat(answer.path("kept").asInt()).isEqualTo(COLOURS.size());
    assertThat(answer.at("/rules/score").asInt()).as("cut.png is no picture").isEqualTo(1);
    try (Filip filip = Filip.open(MODELS.resolve("collages-late"));
        SampleSource kept = Sources.open(out.toString(), SourceOptions.DEFAULT)) {
      for (long i = 0; i < kept.size(); i++) {
        Sample sample = kept.read(i);
        JsonNode scores = Objects.requireNonNull(sample.metadata()).path("scores");
        for (int c = 0; c < sample.captions().size(); c++) {
          Filip.Scores expected =
              filip.similarity(
                  filip.encodeImage(sample.image()), filip.encodeText(sample.captions().get(c)));
          assertThat(scores.path("s_text").get(c).floatValue())
              .isCloseTo(expected.sText(), within(1e-5f));
          assertThat(scores.path("s_image").get(c).floatValue())
              .isCloseTo(expected.sImage(), within(1e-5f));
        }
      }
    }
  }

  @Test
  void aGlobalModelGivesItsCosine() throws IOException {
    Path rules = rules("collages-global", "keep: 0.4");
    Said said = run("curate", folder.resolve("pairs"), "--rules", rules, "--dry-run", "--json");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(Json.parse(said.out()).path("kept").asInt()).as("0.4 of 6").isEqualTo(3);
    Said wrong =
        run(
            "curate",
            folder.resolve("pairs"),
            "--dry-run",
            "--rules",
            rules("collages-global", "by: s_text, min: 0"));
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("score.by must be one of mean, cosine", "got s_text");
  }

  /** A disc and a bar of a colour, a little of the edge cut off. */
  private static void drawing(Path file, Color colour, int cut) throws IOException {
    BufferedImage image = new BufferedImage(96 - cut, 72 - cut, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, 96, 72);
    g.translate(-cut, -cut);
    g.setColor(colour);
    g.fillOval(20, 12, 40, 40);
    g.setColor(colour.darker());
    g.fillRect(50, 40, 36, 14);
    g.dispose();
    ImageIO.write(image, "png", file.toFile());
    Files.writeString(
        file.resolveSibling(file.getFileName().toString().replace(".png", ".txt")), "a drawing");
  }

  /** The smaller of both directions' means of best patches, by the library and each by itself. */
  private static double alike(Filip filip, Path one, Path other) throws IOException {
    float[][] a = patches(filip, one);
    float[][] b = patches(filip, other);
    return Math.min(mean(a, b), mean(b, a));
  }

  private static float[][] patches(Filip filip, Path file) throws IOException {
    Embedder model = filip.embedder();
    Tokens rows = model.images(List.of(model.prepare(file))).tokens();
    float[] all = rows.floats(0);
    float[][] patches = new float[model.layout().size()][];
    for (int k = 0; k < patches.length; k++) {
      int at = (model.layout().first() + k) * rows.d();
      patches[k] = Arrays.copyOfRange(all, at, at + rows.d());
    }
    return patches;
  }

  private static double mean(float[][] ones, float[][] others) {
    double sum = 0;
    for (float[] one : ones) {
      double best = -1;
      for (float[] other : others) {
        double product = 0;
        for (int c = 0; c < one.length; c++) {
          product += (double) one[c] * other[c];
        }
        best = Math.max(best, product);
      }
      sum += best;
    }
    return sum / ones.length;
  }

  @Test
  void tokensFindTheCopyThatHashesMiss() throws IOException {
    Path pairs = Files.createDirectories(folder.resolve("drawings"));
    for (int i = 0; i < COLOURS.size(); i++) {
      drawing(pairs.resolve("d" + i + ".png"), COLOURS.get(i), 0);
    }
    Path copy = pairs.resolve("e-copy.png");
    drawing(copy, new Color(250, 8, 4), 3);
    double near;
    double far = -1;
    try (Filip filip = Filip.open(MODELS.resolve("collages-late"))) {
      near = alike(filip, pairs.resolve("d0.png"), copy);
      for (int i = 0; i < COLOURS.size(); i++) {
        for (int j = 0; j < i; j++) {
          Path one = pairs.resolve("d" + i + ".png");
          far = Math.max(far, alike(filip, one, pairs.resolve("d" + j + ".png")));
        }
      }
    }
    assertThat(near).isGreaterThan(far + 0.02);
    double bound = (near + far) / 2;
    Path rules = folder.resolve("near.yaml");
    String model = MODELS.resolve("collages-late").toString().replace('\\', '/');
    String text = "near_duplicates: {distance: 0, model: \"" + model + "\", similarity: ";
    Files.writeString(rules, "near_duplicates: {distance: 0}\n");
    Said hash = run("curate", pairs, "--rules", rules, "--dry-run", "--json");
    Files.writeString(rules, text + bound + "}\n");
    Said said = run("curate", pairs, "--rules", rules, "--dry-run", "--json");
    assertThat(said.code()).as(said.err()).isZero();
    int byHash = Json.parse(hash.out()).at("/rules/near_duplicates").asInt();
    assertThat(Json.parse(said.out()).at("/near_duplicates/by_tokens").asInt()).isEqualTo(1);
    assertThat(Json.parse(said.out()).at("/near_duplicates/by_hash").asInt()).isEqualTo(byHash);
    Said why = run("curate", pairs, "--rules", rules, "--explain", "e-copy", "--json");
    JsonNode told = Json.parse(why.out());
    assertThat(told.path("why").asText()).startsWith("looks like d0, similarity of tokens ");
    double shown = Double.parseDouble(told.path("why").asText().replaceFirst(".* ", ""));
    assertThat(shown).as("tokens are kept in bf16").isCloseTo(near, within(2e-3));
    Files.writeString(rules, text + (near + 0.01) + "}\n");
    Said strict = run("curate", pairs, "--rules", rules, "--dry-run", "--json");
    assertThat(Json.parse(strict.out()).at("/near_duplicates/by_tokens").asInt()).isZero();
  }

  @Test
  void aGlobalModelComparesPicturesAsWholes() throws IOException {
    Path rules = folder.resolve("global.yaml");
    String model = MODELS.resolve("collages-global").toString().replace('\\', '/');
    Files.writeString(
        rules, "near_duplicates: {distance: 0, model: \"" + model + "\", similarity: 0.999}\n");
    Path out = folder.resolve("global-near");
    Said said = run("curate", folder.resolve("pairs"), "--rules", rules, "--out", out, "--json");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(Json.parse(said.out()).at("/near_duplicates/by_tokens").isInt()).isTrue();
    Files.writeString(rules, "near_duplicates: {model: nowhere}\n");
    Said none = run("curate", folder.resolve("pairs"), "--rules", rules, "--dry-run");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("near_duplicates.model must be a model folder");
    Files.writeString(rules, "near_duplicates: {model: pairs}\n");
    Said other = run("curate", folder.resolve("pairs"), "--rules", rules, "--dry-run");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).hasLineCount(1);
  }

  @Test
  void whatIsNoModelAndNoShareIsOneLine() throws IOException {
    Path pairs = folder.resolve("pairs");
    Said none = run("curate", pairs, "--dry-run", "--rules", rules("none", "min: 0"));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("score.model must be a model folder");
    Path rules = rules("collages-late", "min: 0");
    Said share =
        run("curate", pairs, "--rules", rules, "--out", folder.resolve("x"), "--judge", "2/2");
    assertThat(share.code()).isEqualTo(2);
    assertThat(share.err()).contains("--judge must be K/N with K from 0 to N-1");
    Said both = run("curate", pairs, "--rules", rules, "--dry-run", "--write", "0/2");
    assertThat(both.err()).contains("stand with --out, not with --dry-run or --explain");
  }
}
