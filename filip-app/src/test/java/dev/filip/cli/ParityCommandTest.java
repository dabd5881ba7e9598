package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.parity.ParityCheck;
import dev.filip.parity.ParityReport;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Exit codes and JSON of the four commands {@code filip parity}, on goldens of the repository. */
class ParityCommandTest {
  private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));
  private static final Path OWN = ROOT.resolve("models/collages-late");
  private static final Path QUICK =
      ROOT.resolve("filip-model/src/test/resources/golden/model/quick");
  private static final Path LOSS =
      ROOT.resolve("filip-parity/src/test/resources/golden/loss/late-fp32.safetensors");
  private static final Path PIXELS =
      ROOT.resolve("filip-data/src/test/resources/dev/filip/image/preprocess");
  @TempDir Path temp;

  /** Runs with {@code --json}; standard output is one document, or nothing where refused. */
  private JsonNode run(int code, Object... arguments) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words =
        Stream.of(List.of("parity"), List.of(arguments), List.of("--json"))
            .flatMap(List::stream)
            .map(Object::toString)
            .toArray(String[]::new);
    assertThat(command.execute(words)).as(err.toString()).isEqualTo(code);
    if (code == 2) {
      assertThat(out.toString()).isEmpty();
      assertThat(err.toString()).startsWith("filip: ").hasLineCount(1);
      return Json.object().put("refused", err.toString());
    }
    assertThat(err.toString()).isEmpty();
    // bare NaN and a second document are errors to this reader
    JsonNode answer =
        Json.mapper()
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .readTree(out.toString());
    assertThat(answer.path("ok").isBoolean()).isTrue();
    assertThat(answer.path("ok").booleanValue()).isEqualTo(code == 0);
    return answer;
  }

  @Test
  void loss() throws IOException {
    assertThat(run(0, "loss", LOSS).path("stages").size()).isEqualTo(4);
    assertThat(run(1, "loss", LOSS, "--atol", 0).path("first_difference").isObject()).isTrue();
    Path other = QUICK.resolve("golden.safetensors");
    assertThat(run(2, "loss", other).path("refused").asText()).contains("filip-golden-loss/1");
    run(2, "loss", temp.resolve("none.safetensors"));
    run(2, "loss", LOSS, "--atol", "NaN");
  }

  @Test
  void model() throws IOException {
    Path golden = QUICK.resolve("golden.safetensors");
    run(0, "model", QUICK, golden);
    assertThat(run(1, "model", QUICK, golden, "--atol", 0).path("first_difference").isObject())
        .isTrue();
    assertThat(run(2, "model", QUICK, LOSS).path("refused").asText())
        .contains("filip-golden-model/1");
    run(2, "model", temp, golden);
  }

  /** A model may overflow, its weights being finite; a golden may not hold such a number. */
  @Test
  void aNumberThatIsNoneIsTextInJson() {
    ParityReport report = new ParityReport("golden", List.of(stage(Double.NaN, 1)), List.of());
    JsonNode json = Json.parse(Json.pretty(report.toJson()));
    assertThat(json.at("/stages/x/max_abs").textValue()).isEqualTo("NaN");
    assertThat(json.at("/first_difference/ours").textValue()).isEqualTo("NaN");
    assertThat(json.path("ok").booleanValue()).isFalse();
    assertThatThrownBy(() -> stage(1, Double.NaN))
        .isInstanceOf(BadInput.class)
        .hasMessage("golden x[0]: holds NaN, not a finite number");
  }

  private static ParityReport.Stage stage(double ours, double golden) {
    return ParityCheck.compare(
        "x", new double[] {ours}, new double[] {golden}, new long[] {1}, _ -> true, 1, 0);
  }

  @Test
  void tokens() throws IOException {
    int[] ids = BpeTokenizer.load(OWN, TextBehaviour.TRANSFORMERS).encode("a red ball");
    run(0, "tokens", OWN, tokensGolden(ids));
    ids[1]++;
    assertThat(run(1, "tokens", OWN, tokensGolden(ids)).at("/first_difference/position").asInt())
        .isEqualTo(1);
    ids[1] = 1_000_000;
    assertThat(run(2, "tokens", OWN, tokensGolden(ids)).path("refused").asText())
        .contains("item 0: id must be below ", "1000000");
    ids[1] = -1;
    run(2, "tokens", OWN, tokensGolden(ids));
    run(2, "tokens", OWN, temp.resolve("none.json"));
  }

  private Path tokensGolden(int[] ids) throws IOException {
    var item = Json.object().put("text", "a red ball").putPOJO("ids", ids);
    return Files.writeString(temp.resolve("tokens.json"), "[" + Json.line(item) + "]");
  }

  @Test
  void pixels() throws IOException {
    Path model = Files.createDirectory(temp.resolve("model"));
    Files.copy(OWN.resolve("config.json"), model.resolve("config.json"));
    Path settings = model.resolve("preprocessor_config.json");
    var json = Preprocess.clip(24, PixelBehaviour.TRANSFORMERS).toJson();
    Files.writeString(settings, Json.line(json));
    run(0, "pixels", model, PIXELS);
    json.putPOJO("image_mean", new double[] {0.4, 0.4, 0.4});
    Files.writeString(settings, Json.line(json));
    assertThat(run(1, "pixels", model, PIXELS).path("worst").isTextual()).isTrue();
    run(2, "pixels", model, Files.createDirectory(temp.resolve("empty")));

    Path golden = Files.createDirectory(temp.resolve("golden"));
    Files.copy(PIXELS.resolve("png-rgba.png.npy"), golden.resolve("a.png.npy"));
    Files.writeString(golden.resolve("a.png"), "no picture");
    assertThat(run(1, "pixels", model, golden).at("/stages/a.png/why").isTextual()).isTrue();
  }
}
