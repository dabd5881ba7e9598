package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code filip export} as a user meets it, on a model of the repository. */
class ExportCommandTest {
  private static final Path MODEL =
      Path.of(System.getProperty("filip.root", ".."), "models", "collages-late");
  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... arguments) {
    String[] words = new String[arguments.length + 1];
    words[0] = "export";
    for (int i = 0; i < arguments.length; i++) {
      words[i + 1] = arguments[i].toString();
    }
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface", "open_clip", "onnx"})
  void theJsonAnswerIsWhatLiesThere(String to) throws Exception {
    Path folder = temp.resolve("exported");
    assertThat(run(MODEL, "--to", to, "--out", folder, "--json")).isZero();
    JsonNode answer = Json.parse(out.toString());
    assertThat(answer.path("to").asText()).isEqualTo(to);
    assertThat(answer.path("tensors").asInt()).isPositive();
    for (var file : answer.path("files").properties()) {
      assertThat(Files.size(folder.resolve(file.getKey()))).isEqualTo(file.getValue().asLong());
    }
    assertThat(folder.toFile().list()).hasSize(answer.path("files").size());
    assertThat(temp.toFile().list()).containsExactly("exported");
  }

  @Test
  void wrongUseIsOneLineAndCodeTwo() throws Exception {
    Path there = Files.createDirectory(temp.resolve("there"));
    Path free = temp.resolve("free");
    refused("not a folder", temp.resolve("none"), "--to", "onnx", "--out", free);
    refused("but was 'tflite'", MODEL, "--to", "tflite", "--out", free);
    refused("exists already: give --force", MODEL, "--to", "onnx", "--out", there);
    refused("has no config.json", there, "--to", "huggingface", "--out", free);
    assertThat(temp.toFile().list()).containsExactly("there");
    assertThat(run(MODEL, "--to", "onnx", "--out", there, "--force")).isZero();
    assertThat(there.resolve("text.onnx")).isRegularFile();
  }

  private void refused(String said, Object... arguments) {
    err.getBuffer().setLength(0);
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).contains(said).startsWith("filip: ").hasLineCount(1);
  }
}
