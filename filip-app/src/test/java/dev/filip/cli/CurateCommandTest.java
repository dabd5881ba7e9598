package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.Filip;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.io.Json;
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
