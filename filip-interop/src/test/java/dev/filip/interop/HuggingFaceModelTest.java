package dev.filip.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Activation;
import dev.filip.config.TextPooling;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.parity.ModelParity;
import dev.filip.parity.ModelParity.Tolerance;
import dev.filip.parity.ParityReport;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders as other people have them; goldens by compat/make_import_goldens.py. */
class HuggingFaceModelTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/import");
  private static final Tolerance TIGHT = new Tolerance(1e-5, 1e-4, 0);
  private static final String CONFIG = "config.json";
  private static final String PIXELS = "preprocessor_config.json";

  @TempDir Path temp;
  private Path source;

  /** The sharded folder, of which every test spoils something. */
  @BeforeEach
  void copy() throws IOException {
    Natives.load();
    source = Files.createDirectory(temp.resolve("source"));
    try (Stream<Path> files = Files.list(GOLDEN.resolve("hugging_face_sharded"))) {
      for (Path file : files.toList()) {
        Files.copy(file, source.resolve(file.getFileName()));
      }
    }
  }

  private ImportReport run(Path from, ImportOptions options) throws IOException {
    Path out = temp.resolve("out");
    Outputs.delete(out);
    return Importer.run(from, out, options, (_, _) -> Json.object());
  }

  private ImportOptions options() throws IOException {
    return ImportOptions.asSource().withTokenizer(ImporterTest.tokenizer(temp, 40));
  }

  private static void agrees(ImportReport report, String golden) {
    try (LoadedModel loaded = ModelFolder.load(report.out())) {
      ParityReport parity = ModelParity.compare(loaded.model(), GOLDEN.resolve(golden), TIGHT);
      assertThat(parity.firstDifference()).isEmpty();
    }
  }

  private void refused(ImportOptions options, String reason) {
    assertThatThrownBy(() -> run(source, options))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("\n");
  }

  private static void renamed(Path file, UnaryOperator<String> names) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (var _ = new StepScope();
        Safetensors old = Safetensors.open(file)) {
      old.tensors().keySet().forEach(name -> tensors.put(names.apply(name), old.tensor(name)));
      Safetensors.write(file, tensors, Map.of("format", "pt"));
    }
  }

  private void renamed(UnaryOperator<String> names) throws IOException {
    for (int shard = 1; shard <= 2; shard++) {
      renamed(source.resolve("model-0000" + shard + "-of-00002.safetensors"), names);
    }
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) Json.read(source.resolve(CONFIG));
    change.accept(json);
    Files.writeString(source.resolve(CONFIG), Json.line(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "_orig_mod.",
        "model.",
        "clip.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "model.clip.",
        "model.module._orig_mod.model."
      })
  void marksOfWrappersAreTakenOffTheNames(String mark) throws IOException {
    renamed(name -> mark + name);
    ImportReport report = run(source, options());
    agrees(report, "hf.golden.safetensors");
    assertThat(report.notes()).anyMatch(note -> note.contains(" without " + mark + " before"));

    Path file = temp.resolve("open_clip.safetensors");
    Files.copy(GOLDEN.resolve("open_clip_hub/open_clip_model.safetensors"), file);
    renamed(file, name -> mark + name);
    ImportOptions said = options().withActivation(Activation.QUICK_GELU).withHeads(2, 3);
    agrees(run(file, said), "quick.golden.safetensors");
  }

  @Test
  void aPickleBelowAKeyWithMarksIsTheSameSource() throws IOException {
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(f -> f.toString().contains(".safetensors")).toList()) {
        Files.delete(file);
      }
    }
    Files.copy(GOLDEN.resolve("wrapped.bin"), source.resolve("pytorch_model.bin"));
    ImportReport report = run(source, options());
    agrees(report, "hf.golden.safetensors");
    assertThat(report.notes()).anyMatch(n -> n.contains(" without model.module._orig_mod. before"));
  }

  @Test
  void aMarkThatNotAllNamesHaveIsPartOfTheName() throws IOException {
    renamed(name -> name.equals("logit_scale") ? name : "module." + name);
    refused(options(), "missing: ");
  }

  @Test
  void aModelFolderWithMarksIsToldSo() throws IOException {
    Path own = run(source, options()).out();
    renamed(own.resolve("model.safetensors"), name -> "module." + name);
    assertThatThrownBy(() -> ModelFolder.load(own))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("all names begin with module., a wrapper's mark")
        .hasMessageContaining("filip import " + own);
  }

  @Test
  void olderFoldersDictsAreTakenInPlaceOfTheConfigs() throws IOException {
    config(root -> {
      ObjectNode text = ((ObjectNode) root.path("text_config")).deepCopy();
      ObjectNode vision = ((ObjectNode) root.path("vision_config")).deepCopy();
      root.set("text_config_dict", text);
      root.set("vision_config_dict", vision);
      ((ObjectNode) root.path("text_config")).put("num_attention_heads", 1);
      ((ObjectNode) root.path("vision_config")).put("hidden_act", "quick_gelu");
      ((ObjectNode) root.path("vision_config")).put("layer_norm_eps", 0.1);
    });
    agrees(run(source, options()), "hf.golden.safetensors");
    config(root -> {
      root.remove("text_config");
      root.remove("vision_config");
    });
    agrees(run(source, options()), "hf.golden.safetensors");
    // transformers fills them with its defaults, not with what stands beside
    config(root -> {
      root.set("text_config", root.path("text_config_dict").deepCopy());
      ((ObjectNode) root.path("text_config_dict")).remove("num_attention_heads");
    });
    refused(options(), "text.width must be a positive multiple of heads 8, got 12");
    config(root -> root.putNull("text_config_dict"));
    agrees(run(source, options()), "hf.golden.safetensors");
    config(root -> root.put("text_config_dict", "none"));
    refused(options(), "text_config_dict must be an object, got \"none\"");
  }

  @Test
  void pixelsAreAskedForWhereNothingSaysThem() throws IOException {
    refused(options().withPixels("clip"), "--pixels clip: ");
    Path file = temp.resolve("other.json");
    Files.move(source.resolve(PIXELS), file);
    refused(options(), "source has no preprocessor_config.json, which says how pixels are made");
    refused(options(), "give --pixels clip, --pixels siglip or --pixels with such a file");
    assertThat(run(source, options().withPixels("clip")).notes())
        .contains("no preprocessor_config.json: --pixels clip");
    PixelSource[] seen = new PixelSource[1];
    for (String given : new String[] {"siglip", file.toString()}) {
      Outputs.delete(temp.resolve("out"));
      Importer.run(
          source,
          temp.resolve("out"),
          options().withPixels(given),
          (pixels, _) -> {
            seen[0] = pixels;
            return Json.object();
          });
      assertThat(seen[0])
          .isEqualTo(
              given.equals("siglip")
                  ? new PixelSource.Siglip(12)
                  : new PixelSource.Carried(Json.read(file)));
    }
    refused(options().withPixels("nowhere.json"), "cannot read nowhere.json: no such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "[]", "null", "{} {}", "{\"text_config\": []}"})
  void aConfigThatIsNoObjectIsRefused(String text) throws IOException {
    Files.writeString(source.resolve(CONFIG), text);
    String reason =
        text.isBlank()
            ? "config.json is empty"
            : text.length() == 5
                ? "config.json is not JSON"
                : text.startsWith("{")
                    ? "text_config must be an object"
                    : "must hold a JSON object";
    refused(options(), reason);
  }

  @Test
  void anotherEosThanTheTokenizersIsRefused() throws IOException {
    config(root -> ((ObjectNode) root.path("text_config")).put("eos_token_id", 30));
    refused(
        options(), "text_config.eos_token_id must be 39, the id of its tokenizer's [EOS], or 2");
    config(root -> ((ObjectNode) root.path("text_config")).remove("eos_token_id"));
    refused(options(), "got 49407");
    config(root -> ((ObjectNode) root.path("text_config")).putNull("eos_token_id"));
    refused(options(), "text_config.eos_token_id must be an id, got null");
  }

  @Test
  void eosTwoIsKeptAsAWayOfPooling() throws IOException {
    config(root -> ((ObjectNode) root.path("text_config")).put("eos_token_id", 2));
    ImportReport report = run(source, options());
    assertThat(report.config().text().pooling()).isEqualTo(TextPooling.LARGEST_ID);
    assertThat(report.notes()).noneMatch(note -> note.contains("pooled"));
    agrees(report, "hf.golden.safetensors"); // [EOS] has the largest id there
    HuggingFaceExport.write(report.out(), temp.resolve("exported"));
    assertThat(Json.read(temp.resolve("exported/config.json")).at("/text_config/eos_token_id"))
        .isEqualTo(Json.parse("2"));
    Path words = ImporterTest.tokenizer(temp, 39);
    Files.writeString(words.resolve("added_tokens.json"), "{\"<x>\": 39}");
    assertThat(run(source, ImportOptions.asSource().withTokenizer(words)).notes())
        .anyMatch(note -> note.startsWith("texts are pooled at their largest id"));
  }
}
