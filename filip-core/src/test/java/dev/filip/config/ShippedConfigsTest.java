package dev.filip.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every run's config in the repository can be read, and so can every example of docs/CONFIG.md. */
class ShippedConfigsTest {
  private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));

  static List<Path> configs() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("configs"))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.getFileName().toString().startsWith("curate")) // rules, no runs
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void canBeReadAndWrittenBack(Path file) throws IOException {
    // a model folder is looked for from the working directory, which users have at the root
    String text =
        Files.readString(file)
            .replace("model: models/", "model: " + ROOT.toAbsolutePath() + "/models/");
    RunConfig run = RunConfigReader.parse(text, file.toString(), List.of());
    RunConfig again =
        RunConfigReader.parse(RunConfigWriter.yaml(run), file + " rewritten", List.of());
    assertThat(again).isEqualTo(run);
  }

  @Test
  void theExampleInTheDocumentationIsWholeAndValid() throws IOException {
    String text = Files.readString(ROOT.resolve("docs/CONFIG.md"));
    int start = text.indexOf("```yaml\n") + "```yaml\n".length();
    String yaml = text.substring(start, text.indexOf("```", start));
    RunConfig run = RunConfigReader.parse(yaml, "docs/CONFIG.md", List.of());
    assertThat(run.data().train()).hasSize(2);
    for (String preset : ModelPresets.names()) {
      assertThat(text).contains("| `" + preset + "` |");
    }
  }

  @ParameterizedTest
  @CsvSource({"Keys, ''", "Sizes, model"})
  void theTablesInTheDocumentationAreThoseOfTheKeys(String heading, String section)
      throws IOException {
    Section<?> keys = section.isEmpty() ? RunConfig.KEYS : ModelSizes.KEYS;
    String head = "| key | type | default | rule and meaning |\n|---|---|---|---|\n";
    String table = head + String.join("\n", keys.rows(section)) + "\n";
    Path expected = Path.of("target", "CONFIG-" + heading + ".md");
    Files.createDirectories(expected.getParent());
    Files.writeString(expected, table);
    String text = Files.readString(ROOT.resolve("docs/CONFIG.md"));
    int from = text.indexOf("\n## " + heading + "\n");
    String found = text.substring(text.indexOf(head, from), text.indexOf("\n\n## ", from + 1) + 1);
    assertThat(found)
        .as("the table of docs/CONFIG.md; as it should be: filip-core/%s", expected)
        .isEqualTo(table);
  }
}
