package dev.filip.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Activation;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.testing.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model files that are damaged: read, or refused in one line, and nothing of them kept. */
class DamagedModelsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/import");
  private static final String WEIGHTS = "model.safetensors";

  /**
   * What a process may grow by beside Java's heap, which grows by itself: far more than what one
   * file holds, far less than what all hold.
   */
  private static final long GROWTH = 200L << 20;

  @TempDir Path temp;
  private long before;

  @BeforeEach
  void start() {
    Natives.load();
    before = outsideTheHeap();
  }

  @AfterEach
  void nothingIsKept() {
    assertThat(outsideTheHeap() - before).isLessThan(GROWTH);
  }

  private static long outsideTheHeap() {
    return Pointer.physicalBytes() - Runtime.getRuntime().totalMemory();
  }

  private Path copy(String name) throws IOException {
    Path target = Files.createDirectories(temp.resolve(name));
    try (Stream<Path> files = Files.list(GOLDEN.resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  private static void check(Path file, List<byte[]> inputs, Mutations.Reader reader) {
    Mutations.of(file.getFileName().toString(), inputs)
        .refusing(BadInput.class)
        .check(input -> {
          Files.write(file, input);
          reader.read(input);
        });
  }

  private static void planned(Path source, ImportOptions options) {
    ForeignModel found = SourceDetection.open(source, options);
    try (WeightSet weights = found.weights()) {
      found.plan(options);
      for (String name : weights.names()) {
        try (StepScope _ = new StepScope()) {
          weights.tensor(name);
        }
      }
    }
  }

  @Test
  void aFoldersWeightsAndConfig() throws IOException {
    Path folder = temp.resolve("model");
    ImportOptions options =
        ImportOptions.asSource().withTokenizer(ImporterTest.tokenizer(temp, 40));
    Importer.run(GOLDEN.resolve("hugging_face_sharded"), folder, options, (_, _) -> Json.object());
    for (String name : List.of(WEIGHTS, "config.json")) {
      Path file = folder.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      check(file, List.of(whole), _ -> ModelFolder.load(folder).close());
      Files.write(file, whole);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkpoint.pt", "legacy.pt", "openai.pt", "declip_filip.pth.tar"})
  void pickles(String name) throws IOException {
    ImportOptions options =
        ImportOptions.asSource().withTokenizer(ImporterTest.tokenizer(temp, 40)).withHeads(2, 3);
    ImportOptions said =
        name.startsWith("openai") || name.startsWith("declip")
            ? options
            : options.withActivation(Activation.GELU);
    Path file = temp.resolve(name);
    check(file, List.of(Files.readAllBytes(GOLDEN.resolve(name))), _ -> planned(file, said));
  }

  /** Their pickles alone: most bytes of a file are numbers, of which any is as good as another. */
  @Test
  void picklesOfZips() throws IOException {
    List<byte[]> pickles = new ArrayList<>();
    for (String name : List.of("checkpoint.pt", "wrapped.bin")) {
      pickles.add(ZippedPickle.of(GOLDEN.resolve(name)));
    }
    Mutations.of("data.pkl", pickles)
        .refusing(BadInput.class)
        .check(input -> {
          Path file = temp.resolve("made.pt");
          ZippedPickle.write(file, input);
          try (WeightSet weights = WeightSet.ofTorch(List.of(file), StateDicts.Choice.TRAINED)) {
            assertThat(weights.names()).isNotNull();
          }
        });
  }

  @Test
  void foldersOfOthers() throws IOException {
    ImportOptions options = ImportOptions.asSource();
    Path sharded = copy("hugging_face_sharded");
    for (String name : List.of("config.json", "model.safetensors.index.json")) {
      Path file = sharded.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      check(file, List.of(whole), _ -> planned(sharded, options));
      Files.write(file, whole);
    }
    Path hub = copy("open_clip_hub");
    Path file = hub.resolve(OpenClipModel.CONFIG);
    check(file, List.of(Files.readAllBytes(file)), _ -> planned(hub, options));
  }
}
