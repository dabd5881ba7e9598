package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code filip eval probe} as a user meets it, on a model of the repository. */
class ProbeCommandTest {
  private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));
  private static final Path MODEL = ROOT.resolve("models").resolve("collages-late");
  private static final Path GOLDEN =
      ROOT.resolve("filip-eval/src/test/resources/golden/probe/half");
  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... arguments) {
    String[] words = new String[arguments.length + 2];
    words[0] = "eval";
    words[1] = "probe";
    for (int i = 0; i < arguments.length; i++) {
      words[i + 2] = arguments[i].toString();
    }
    out.getBuffer().setLength(0);
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(words);
  }

  /** Class folders of plain colours; the second class is left out where asked for. */
  private Path colours(String name, int each, boolean all) throws IOException {
    String[] classes = {"blue", "green", "red"};
    float[] hues = {0.66f, 0.33f, 0};
    for (int c = 0; c < classes.length; c++) {
      for (int i = 0; i < each && (all || c != 1); i++) {
        BufferedImage image = new BufferedImage(30, 30, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 900; p++) {
          float light = 0.5f + 0.5f * ((p * (i + 3) + each) % 7) / 7;
          image.setRGB(p % 30, p / 30, Color.HSBtoRGB(hues[c], 1, light));
        }
        Path file = temp.resolve(name).resolve(classes[c]).resolve(i + ".png");
        Files.createDirectories(file.getParent());
        Files.write(file, AwtImages.png(image));
      }
    }
    return temp.resolve(name);
  }

  @Test
  void coloursAreToldApartAndTheSecondRunEncodesNothing() throws IOException {
    Path train = colours("train", 5, true);
    Path test = colours("test", 4, false);
    Path cache = temp.resolve("cache");
    assertThat(run(MODEL, train, "--test", test, "--cache", cache, "--json")).as(err + "").isZero();
    JsonNode first = Json.parse(out.toString());
    assertThat(first.path("top1").asDouble()).isEqualTo(1);
    assertThat(first.path("n").asInt()).isEqualTo(8);
    assertThat(first.path("classes").asInt()).isEqualTo(3);
    assertThat(first.path("match").asText()).isEqualTo("late");
    assertThat(first.at("/skipped/test/total").asInt()).isZero();
    assertThat(first.path("fingerprint").asText()).hasSize(64);
    assertThat(first.path("sweep")).isNotEmpty();
    String[] stores = cache.toFile().list();
    assertThat(stores).hasSize(2);
    assertThat(run(MODEL, train, "--test", test, "--cache", cache, "--json")).isZero();
    assertThat(Json.parse(out.toString())).isEqualTo(first);
    assertThat(cache.toFile().list()).containsExactlyInAnyOrder(stores);
    assertThat(run(MODEL, test, "--test", train, "--cache", cache)).isEqualTo(2);
    assertThat(err.toString().strip()).endsWith("one of the training set's, got 'green'");
  }

  @Test
  void featuresFromFiles() {
    Object[] files = {
      "--features",
      GOLDEN.resolve("features.npy"),
      "--labels",
      GOLDEN.resolve("labels.npy"),
      "--test-features",
      GOLDEN.resolve("test_features.npy"),
      "--test-labels",
      GOLDEN.resolve("test_labels.npy"),
      "--c",
      1,
      "--json"
    };
    assertThat(run(files)).as(err + "").isZero();
    JsonNode json = Json.parse(out.toString());
    JsonNode expected =
        Json.read(GOLDEN.resolveSibling("expected.json")).at("/cases/half").path("1.0");
    double least = expected.at("/tight/objective").asDouble();
    assertThat(json.path("objective").asDouble()).isBetween(least * (1 - 1e-4), least * (1 + 1e-4));
    assertThat(json.path("c").asDouble()).isEqualTo(1);
    assertThat(json.path("sweep")).isEmpty();
    assertThat(json.path("iterations").asInt()).isPositive();
  }

  @Test
  void wrongUseIsOneLine() {
    Path x = GOLDEN.resolve("features.npy");
    refused("--test must be given, got nothing", MODEL, temp);
    refused("MODEL (or --features) must be given, got nothing");
    refused("--labels must be given, got nothing", "--features", x);
    refused("given without MODEL", MODEL, temp, "--features", x, "--labels", x);
    refused("--c must be > 0, got -1.0", MODEL, temp, "--test", temp, "--c", -1);
    refused("left out with --solver sgd", MODEL, temp, "--test", temp, "--solver", "sgd", "--c", 1);
    refused("none.npy does not exist", "--features", "none.npy", "--labels", x);
    refused("Invalid value for option '--shots'", MODEL, temp, "--test", temp, "--shots", "two");
  }

  private void refused(String why, Object... arguments) {
    err.getBuffer().setLength(0);
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).startsWith("filip: ").contains(why).hasLineCount(1);
    assertThat(err.toString().toLowerCase(Locale.ROOT)).doesNotContain("exception");
  }
}
