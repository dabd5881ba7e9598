package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
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
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code filip explain} on the shipped models, and pointing at an instances file. */
@Tag("native")
class ExplainCommandTest {
  private static final Path MODELS =
      Path.of(System.getProperty("filip.root", ".."))
          .toAbsolutePath()
          .normalize()
          .resolve("models");
  private static final Path LATE = MODELS.resolve("collages-late");
  private static final Path GLOBAL = MODELS.resolve("collages-global");
  @TempDir static Path folder;

  /** Two classes in folders, one picture of them no picture. */
  @BeforeAll
  static void pictures() throws IOException {
    picture("classes/shark/a.png", Color.BLUE);
    picture("classes/shark/b.png", Color.GRAY);
    picture("classes/red apple/c.png", Color.RED);
    Files.writeString(folder.resolve("classes/red apple/d.png"), "no picture");
    picture("flat/red_apple-1.png", Color.RED);
    picture("flat/thing.png", Color.GREEN);
    Files.writeString(folder.resolve("names.txt"), "shark\nred apple\nviolin\n");
    Files.writeString(
        folder.resolve("instances.json"),
        """
        {"images": [{"id": 1, "file_name": "a.png", "width": 168, "height": 80}],
         "annotations": [{"image_id": 1, "category_id": 3, "bbox": [0, 0, 100, 80]}],
         "categories": [{"id": 3, "name": "shark"}]}
        """);
  }

  private static void picture(String name, Color color) throws IOException {
    BufferedImage image = new BufferedImage(84, 40, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(color);
    g.fillOval(20, 5, 30, 30);
    g.dispose();
    Files.createDirectories(folder.resolve(name).getParent());
    ImageIO.write(image, "png", folder.resolve(name).toFile());
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

  private static Path at(String name) {
    return folder.resolve(name);
  }

  @Test
  void theFigureSetsModelsSideBySide() throws IOException {
    Said said = run("explain", LATE + "," + GLOBAL, at("classes"), "--out", at("figure"), "--json");
    assertThat(said.code()).as(said.err()).isZero();
    JsonNode json = Json.parse(said.out());
    assertThat(json).isEqualTo(Json.parse(Files.readString(at("figure/figure.json"))));
    assertThat(json.path("n").asInt()).isEqualTo(3);
    assertThat(json.path("skipped").path("total").asInt()).isEqualTo(1);
    assertThat(json.path("models").properties()).hasSize(2);
    for (JsonNode picture : json.path("pictures")) {
      JsonNode late = picture.at("/models/collages-late");
      int right = 0;
      for (JsonNode row : late.path("patch_word")) {
        for (JsonNode word : row) {
          right += late.path("label").toString().contains(word.asText()) ? 1 : 0;
        }
      }
      assertThat(late.path("patches").asInt()).isEqualTo(36);
      if (late.path("tokens").size() < 10) {
        assertThat(late.path("right").asInt()).isEqualTo(right);
      }
    }
    assertThat(Files.readString(at("figure/figure.html")))
        .contains("a photo of a {red apple}.", "collages-global:");
    Said again = run("explain", LATE, at("classes"), "--out", at("figure"));
    assertThat(again.code()).isEqualTo(2);
    Said flat = run("explain", LATE, at("flat"), "--classes", at("names.txt"), "--out", at("f2"));
    assertThat(flat.code()).as(flat.err()).isZero();
    assertThat(flat.out()).contains("red apple  collages-late", "\"no class\":1");
  }

  @Test
  void gradientsAreWrittenForEitherScore() {
    for (String match : List.of("late", "global")) {
      Path out = at("gradient-" + match);
      Said said =
          run(
              "explain",
              LATE,
              at("classes/shark/a.png"),
              "a {shark} above an apple",
              "--gradient",
              "--match",
              match,
              "--out",
              out,
              "--json");
      assertThat(said.code()).as(said.err()).isZero();
      JsonNode gradient = Json.parse(said.out()).at("/texts/0/gradient");
      assertThat(gradient.path("match").asText()).isEqualTo(match);
      assertThat(gradient.at("/text/map").size()).isGreaterThan(4);
      assertThat(out.resolve("1-gradient-words.png")).exists();
    }
  }

  @Test
  void pointingTakesAnInstancesFile() {
    Said said =
        run(
            "eval",
            "pointing",
            LATE,
            at("classes"),
            "--instances",
            at("instances.json"),
            "--prompted",
            "--json");
    assertThat(said.code()).as(said.err()).isZero();
    JsonNode json = Json.parse(said.out());
    assertThat(json.at("/word_in_box/n").asInt()).isEqualTo(1);
    // drawn on twice the size: x 0 to 50 of 84 stored pixels; 84 x 40 becomes 176 x 84, of which
    // the middle 84 are seen from 46 on: x 0 to 59, four of six columns
    assertThat(json.at("/word_in_box/chance").asDouble()).isCloseTo(4 / 6.0, within(1e-9));
    assertThat(json.at("/skipped/no boxes").asInt()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void badInputIsOneLine() throws IOException {
    Path names = at("names.txt");
    Path picture = at("classes/shark/a.png");
    Files.writeString(at("one.txt"), "shark\n");
    refused("at least one text for the image", LATE, picture);
    refused("one folder with TEXT", LATE + "," + GLOBAL, picture, "a {shark}");
    refused("--classes must be given without TEXT", LATE, picture, "a shark", "--classes", names);
    refused("--limit must be given without TEXT", LATE, picture, "a shark", "--limit", "3");
    refused("--match must be given with --gradient", LATE, picture, "a shark", "--match", "late");
    refused("--gradient must be given with TEXT", LATE, at("classes"), "--gradient");
    refused("--label must be given with TEXT", LATE, at("classes"), "--label", "shark");
    refused("with a place", LATE, at("classes"), "--template", "a photo");
    refused("below the number of classes, 1", LATE, at("classes"), "--classes", at("one.txt"));
    refused("classes must be at least one", LATE, at("flat"));
    refused("one with images that have a class", LATE, at("flat"), "--classes", at("one.txt"));
    refused("MODEL must be named once", LATE + "," + LATE, at("classes"));
    refused("--limit must be >= 1", LATE, at("classes"), "--limit", "0");
    refused("nowhere", LATE + "," + at("nowhere"), at("classes"));
    refused("nowhere", LATE, at("nowhere"));
  }

  private static void refused(String message, Object... words) {
    Object[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--out";
    all[words.length + 1] = at("none");
    Object[] command = new Object[all.length + 1];
    command[0] = "explain";
    System.arraycopy(all, 0, command, 1, all.length);
    Said said = run(command);
    assertThat(said.code()).as(said.err()).isEqualTo(2);
    assertThat(said.err()).hasLineCount(1).contains(message);
    assertThat(at("none")).doesNotExist();
  }
}
