package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.ModelShow;
import dev.filip.testing.HubServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A shipped model, fetched by name from a hub on this machine. */
class ImportFromHubTest {
  private static final Path MODEL =
      Path.of(System.getProperty("filip.root", ".."), "models", "collages-late");

  @TempDir Path temp;

  private static Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> all = Files.list(MODEL)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private int run(Map<String, String> environment, String... words) {
    CommandLine line = new CommandLine(new ImportCommand(environment));
    line.setErr(new PrintWriter(new StringWriter()));
    return line.execute(words);
  }

  @Test
  void byName() throws IOException {
    Path out = temp.resolve("out");
    Map<String, String> environment = new HashMap<>();
    environment.put("HF_HOME", temp.resolve("home").toString());
    String commit;
    try (HubServer server = new HubServer("us/collages", files())) {
      server.manners("model.safetensors", HubServer.Manner.CUT);
      commit = server.commit();
      environment.put("HF_ENDPOINT", server.endpoint());
      assertThat(run(environment, "hf:us/collages@v1", "--out", out.toString())).isZero();
      int before = server.seen().size();
      assertThat(run(environment, "hf:us/collages@v1", "--out", temp.toString())).isNotZero();
      assertThat(server.seen()).hasSize(before); // the output is refused first
    }
    for (String name : new String[] {"model.safetensors", "tokenizer.json"}) {
      assertThat(out.resolve(name)).hasSameBinaryContentAs(MODEL.resolve(name));
    }
    try (LoadedModel loaded = ModelFolder.load(out)) {
      assertThat(loaded.trained().path("origin").path("commit").asText()).isEqualTo(commit);
      assertThat(loaded.trained().path("file").asText()).isEqualTo("hf:us/collages@v1");
    }
    assertThat(ModelShow.of(out).toText()).contains(commit).contains("us/collages");

    environment.put("HF_HUB_OFFLINE", "1");
    Path again = temp.resolve("again");
    assertThat(run(environment, "hf:us/collages@v1", "--out", again.toString())).isZero();
    assertThat(again.resolve("config.json")).hasSameBinaryContentAs(out.resolve("config.json"));
  }
}
