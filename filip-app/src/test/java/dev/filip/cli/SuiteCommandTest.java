package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.known.FakeSets;
import dev.filip.data.known.KnownSets;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on made-up data sets in all twelve layouts, with a model of the repository. */
class SuiteCommandTest {
  private static final Path MODEL =
      Path.of(System.getProperty("filip.root", ".."))
          .resolve("models/collages-late")
          .toAbsolutePath()
          .normalize();

  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void data() throws IOException {
    FakeSets.twelve(temp.resolve("sets"));
  }

  private int run(String... words) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }

  private int suite(String name, String... more) {
    String[] first = {
      "eval",
      "suite",
      MODEL.toString(),
      "--data",
      temp.resolve("sets").toString(),
      "--cache",
      temp.resolve("cache").toString(),
      "--out",
      temp.resolve(name).toString(),
      "--json"
    };
    String[] words = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, words, first.length, more.length);
    return run(words);
  }

  @Test
  void judgesAllTwelveAndOtherPromptsFromTheCache() throws IOException {
    assertThat(suite("paper")).as(err.toString()).isZero();
    JsonNode answer = Json.parse(out.toString());
    JsonNode scores = answer.at("/models/collages-late");
    assertThat(scores.properties().stream().map(e -> e.getKey()).toList())
        .containsExactlyElementsOf(KnownSets.TWELVE);
    double sum = 0;
    for (JsonNode score : scores) {
      assertThat(score.get("n").asInt()).isPositive();
      assertThat(score.get("encoded").asInt()).isPositive();
      assertThat(score.get("fingerprint").asText()).hasSize(64);
      sum += score.get("top1").asDouble();
    }
    assertThat(answer.at("/mean/collages-late").asDouble())
        .isCloseTo(sum / 12, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(scores.at("/dtd/split").asText()).isEqualTo("test1");
    assertThat(scores.at("/sun397/split").asText()).isEqualTo("Testing_01");
    assertThat(scores.at("/cifar10/prompts").asInt()).isEqualTo(42);

    assertThat(suite("single", "--prompts", "single", "--datasets", "cifar10,pets")).isZero();
    JsonNode again = Json.parse(out.toString());
    assertThat(again.has("mean")).as("of two").isFalse();
    assertThat(again.at("/models/collages-late/pets/encoded").asInt()).isZero();
    assertThat(again.at("/models/collages-late/pets/prompts").asInt()).isEqualTo(1);
    assertThat(suite("single")).as("nothing is overwritten").isEqualTo(2);
  }

  /** The same numbers as the plain command gives on the same split. */
  @Test
  void equalsTheCommandOfOneSet() throws IOException {
    assertThat(suite("one", "--prompts", "single", "--datasets", "food101")).isZero();
    JsonNode suite = Json.parse(out.toString()).at("/models/collages-late/food101");
    String source = "food101:" + temp.resolve("sets/food101") + "#test";
    assertThat(run("eval", "zero-shot", MODEL.toString(), source, "--json")).isZero();
    JsonNode plain = Json.parse(out.toString());
    assertThat(suite.get("top1").asDouble()).isEqualTo(plain.get("top1").asDouble());
    assertThat(suite.get("n").asInt()).isEqualTo(plain.get("n").asInt());
  }

  @Test
  void aSetThatIsHalfThereIsLeftOutAndOneBadImageIsCounted() throws IOException {
    Outputs.delete(temp.resolve("sets/pets/oxford-iiit-pet/annotations"));
    Outputs.delete(temp.resolve("sets/cars"));
    Path eurosat = temp.resolve("sets/eurosat/eurosat/2750");
    try (var all = Files.walk(eurosat)) {
      for (Path image : all.filter(Files::isRegularFile).toList()) {
        if (image.getFileName().toString().endsWith("_1.jpg")) {
          Files.writeString(image, "no picture");
        }
      }
    }
    assertThat(suite("some", "--datasets", "cars,pets,eurosat,dtd")).as(err.toString()).isZero();
    JsonNode answer = Json.parse(out.toString());
    assertThat(answer.at("/skipped/cars").asText()).startsWith("not in ");
    assertThat(answer.at("/skipped/pets").asText()).contains("annotations").doesNotContain("\n");
    assertThat(answer.at("/models/collages-late/dtd/n").asInt()).isPositive();
    assertThat(Files.readString(temp.resolve("some/suite.md")))
        .contains("- Left out: cars: not in ")
        .containsPattern("- eurosat: expected 27,000 samples in all, .* not judged: unknown kind")
        .containsPattern(
            "- dtd: expected 1,880 samples, .*; the published numbers are of another set");
    assertThat(suite("none", "--datasets", "cars")).isEqualTo(2);
    assertThat(err.toString().strip().lines()).hasSize(1);
    assertThat(suite("wrong", "--datasets", "mnist")).isEqualTo(2);
    assertThat(err.toString()).contains("--datasets must be of imagenet, cifar10");
    assertThat(suite("rank", "--rank", "mean")).isEqualTo(2);
    assertThat(temp.resolve("wrong")).doesNotExist();
  }
}
