package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the command is sed")
class TranslateCommandTest {
  private static final Path PAIRS =
      Path.of(System.getProperty("filip.root", "..")).resolve("examples/pairs");

  @TempDir Path folder;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  private int translate(String... options) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = new String[options.length + 5];
    String[] begin = {"data", "translate", PAIRS.toString(), "--out", folder.resolve("o") + ""};
    System.arraycopy(begin, 0, words, 0, 5);
    System.arraycopy(options, 0, words, 5, options.length);
    return command.execute(words);
  }

  @Test
  void writesASourceAndCounts() throws IOException {
    String sed = "sed \"s/ / {to} /\"";
    assertThat(translate("--via", "de,ru", "--engine", "command", "--command", sed, "--json"))
        .as("%s", err)
        .isZero();
    JsonNode json = Json.parse(out.toString());
    try (SampleSource pairs = Sources.open(PAIRS.toString(), SourceOptions.DEFAULT);
        SampleSource made = Sources.open(folder.resolve("o").toString(), SourceOptions.DEFAULT)) {
      assertThat(made.size()).isEqualTo(pairs.size()).isEqualTo(json.path("samples").asLong());
      for (long i = 0; i < pairs.size(); i++) {
        assertThat(made.read(i).key()).isEqualTo(pairs.read(i).key());
        assertThat(made.read(i).image()).isEqualTo(pairs.read(i).image());
        int captions = pairs.read(i).captions().size();
        assertThat(made.read(i).captions()).startsWith(pairs.read(i).captions().get(0));
        assertThat(made.read(i).captions()).hasSize(3 * captions);
        assertThat(made.read(i).captions().get(captions)).startsWith("a en de ");
      }
    }
    assertThat(json.path("written").asLong()).isEqualTo(2 * json.path("read").asLong());
    for (String key : new String[] {"unchanged", "empty", "failed", "too_long", "repeated"}) {
      assertThat(json.path(key).asInt(-1)).as(key).isZero();
    }
    assertThat(folder.resolve("o/samples.md")).exists();
  }

  @Test
  void wrongUseIsOneLine() {
    String[][] wrong = {
      {"--engine must", "--via", "de", "--engine", "deepl"},
      {"--url must be given with --engine http", "--via", "de", "--engine", "http"},
      {"--command must be given", "--via", "de", "--engine", "command"},
      {"--url must be left out", "--via", "de", "--engine", "apertium", "--url", "http://x"},
      {"--via must be another language", "--via", "en", "--engine", "http", "--url", "http://x"},
      {"--via must be named once", "--via", "de,de", "--engine", "http", "--url", "http://x"},
      {"--batch must", "--via", "de", "--engine", "http", "--url", "http://x", "--batch", "0"},
      {"no such command", "--via", "de", "--engine", "command", "--command", "no-such-mt {to}"},
    };
    for (String[] each : wrong) {
      String[] options = new String[each.length - 1];
      System.arraycopy(each, 1, options, 0, options.length);
      assertThat(translate(options)).as(each[0]).isEqualTo(2);
      assertThat(err.toString().strip()).doesNotContain("\n");
      if (!each[0].startsWith("--engine")) {
        assertThat(err.toString()).contains(each[0]);
      }
      assertThat(Files.exists(folder.resolve("o"))).isFalse();
    }
  }
}
