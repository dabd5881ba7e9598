package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.known.FakeSets;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ListCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int list(String... arguments) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = new String[arguments.length + 2];
    words[0] = "data";
    words[1] = "list";
    System.arraycopy(arguments, 0, words, 2, arguments.length);
    return command.execute(words);
  }

  @Test
  void theAnswerHasWhatASplitHoldsInItsOrder() throws IOException {
    FakeSets.make("food101", folder);
    assertThat(list("food101:" + folder, "--split", "test", "--limit", "3", "--json")).isZero();
    JsonNode json = Json.parse(out.toString());
    assertThat(json.path("dataset").asText()).isEqualTo("food101");
    assertThat(json.path("split").asText()).isEqualTo("test");
    assertThat(json.path("n").asInt()).isEqualTo(5);
    assertThat(json.path("classes").get(1).asText()).isEqualTo("Crème brûlée");
    assertThat(json.path("raw_classes").get(1).asText()).isEqualTo("crème_brûlée");
    assertThat(json.path("notes").get(0).asText()).isEqualTo("expected 25,250 samples, found 5");
    assertThat(json.path("samples")).hasSize(3);
    JsonNode first = json.path("samples").get(0);
    assertThat(first.path("key").asText()).isEqualTo("food-101/images/waffles/2.jpg");
    assertThat(first.path("label").asInt()).isEqualTo(2);
    assertThat(first.path("class").asText()).isEqualTo("Waffles");
    assertThat(first.has("captions")).isFalse();
  }

  @Test
  void tablesHaveUrlsAndCaptionSetsTheirCaptions() throws IOException {
    FakeSets.make("cc12m", folder);
    assertThat(list("cc12m:" + folder, "--json")).isZero();
    JsonNode sample = Json.parse(out.toString()).path("samples").get(1);
    assertThat(sample.path("url").asText()).isEqualTo("http://example.org/2");
    assertThat(sample.path("captions").get(0).asText()).isEqualTo("two, three");
    assertThat(sample.has("label")).isFalse();
  }

  @Test
  void linesForPeople() throws IOException {
    FakeSets.make("coco", folder);
    assertThat(list("coco:" + folder + "#val2014", "--limit", "1")).isZero();
    assertThat(out.toString())
        .startsWith("3 samples of coco val2014 in ")
        .contains("expected 40,504 samples, found 3")
        .contains("COCO_val2014_000000000003.jpg  | A dog runs, fast.  | Second.")
        .contains("and 2 more");
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    FakeSets.make("coco", folder);
    assertThat(list("coco:" + folder, "--split", "test")).isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("split of coco must be one of val2014, train2014, karpathy_test");
    assertThat(list("dtd:" + folder)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(2).contains("dtd: looked for dtd/dtd/labels/test1.txt");
    assertThat(list("coco:" + folder, "--limit", "-1")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }
}
