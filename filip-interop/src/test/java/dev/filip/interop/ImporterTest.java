package dev.filip.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.ModelShow;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.parity.ModelParity;
import dev.filip.parity.ModelParity.Tolerance;
import dev.filip.parity.ParityReport;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against open_clip and transformers: compat/make_import_goldens.py made sources and goldens. */
class ImporterTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/import");
  private static final Tolerance TIGHT = new Tolerance(1e-5, 1e-4, 0);

  @TempDir Path folder;

  /** As source, but for what these tiny models cannot say: activation, heads, tokenizer. */
  private ImportOptions options(int vocabulary) throws IOException {
    return ImportOptions.asSource().withTokenizer(tokenizer(folder, vocabulary));
  }

  private ImportOptions gelu() throws IOException {
    return options(40).withActivation(Activation.GELU).withHeads(2, 3);
  }

  /** Files of a tokenizer of {@code size} pieces. */
  static Path tokenizer(Path folder, int size) throws IOException {
    Path files = Files.createDirectories(folder.resolve("tokenizer-" + size));
    ObjectNode ids = Json.object();
    for (int i = 0; i < size - 2; i++) {
      ids.put(Character.toString('a' + i) + (i % 2 == 0 ? "</w>" : ""), i);
    }
    ids.put("<|startoftext|>", size - 2).put("<|endoftext|>", size - 1);
    Files.writeString(files.resolve("vocab.json"), Json.line(ids));
    Files.writeString(files.resolve("merges.txt"), "#version: 0.2\n");
    return files;
  }

  private ImportReport run(Path source, ImportOptions options) throws IOException {
    Path out = folder.resolve("out");
    Outputs.delete(out);
    return Importer.run(source, out, options, ImporterTest::pixels);
  }

  private static JsonNode pixels(PixelSource source, ModelConfig config) {
    assertThat(config.vision().imageSize()).isEqualTo(12);
    return Json.object().put("source", source.getClass().getSimpleName());
  }

  private void agrees(ImportReport report, String golden) {
    try (LoadedModel loaded = ModelFolder.load(report.out())) {
      ParityReport parity = ModelParity.compare(loaded.model(), GOLDEN.resolve(golden), TIGHT);
      assertThat(parity.firstDifference()).isEmpty();
      assertThat(parity.ok()).isTrue();
      assertThat(parity.stages()).hasSizeGreaterThanOrEqualTo(7);
      assertThat(loaded.tokenizer().eos()).isEqualTo(loaded.config().text().vocabularySize() - 1);
      assertThat(loaded.trained().path("imported_from").asText()).isEqualTo(report.kind());
    }
    assertThat(ModelShow.of(report.out()).toText()).contains("imported_from");
  }

  @ParameterizedTest
  @CsvSource({
    "checkpoint.pt, open_clip training checkpoint, 50",
    "legacy.pt, 'open_clip state dict, older form', 50",
    "custom_text.pt, open_clip state dict, 50",
  })
  void stateDictsOfOpenClip(String file, String kind, int tensors) throws IOException {
    ImportReport report = run(GOLDEN.resolve(file), gelu());

    assertThat(report.kind()).isEqualTo(kind);
    assertThat(report.read()).isEqualTo(tensors);
    assertThat(report.used()).isEqualTo(tensors);
    assertThat(report.leftOut()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(report.config().interaction()).isEqualTo(Interaction.GLOBAL);
    assertThat(report.config().textBehaviour()).isEqualTo(TextBehaviour.OPEN_CLIP);
    agrees(report, "gelu.golden.safetensors");
  }

  @Test
  void aStateDictAsSafetensors() throws IOException {
    Path file = folder.resolve("plain.safetensors");
    Files.copy(GOLDEN.resolve("open_clip_hub/open_clip_model.safetensors"), file);
    ImportOptions quick = gelu().withActivation(Activation.QUICK_GELU);
    agrees(run(file, quick), "quick.golden.safetensors");
  }

  @Test
  void theMovingAverageOfACheckpoint() throws IOException {
    Path source = GOLDEN.resolve("checkpoint.pt");
    ImportReport report = run(source, gelu());
    float[] own = weight(report, "visual_projection.weight");
    assertThat(report.notes()).anyMatch(note -> note.contains("--ema"));
    float[] average = weight(run(source, gelu().withAverage()), "visual_projection.weight");
    assertThat(average[3]).isEqualTo(own[3] * 0.5f);
    assertThatThrownBy(() -> run(GOLDEN.resolve("legacy.pt"), gelu().withAverage()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no moving average");
  }

  @Test
  void openClipHubFolder() throws IOException {
    ImportReport report = run(GOLDEN.resolve("open_clip_hub"), options(40));
    assertThat(report.kind()).startsWith("open_clip hub folder");
    assertThat(report.config().vision().blocks().activation()).isEqualTo(Activation.QUICK_GELU);
    agrees(report, "quick.golden.safetensors");
    assertThat(Json.read(report.out().resolve("preprocessor_config.json")).path("source").asText())
        .isEqualTo("OpenClip");
  }

  @Test
  void openAiArchive() throws IOException {
    ImportReport report = run(GOLDEN.resolve("openai.pt"), options(40).withHeads(2, 3));
    assertThat(report.kind()).isEqualTo("OpenAI TorchScript archive");
    assertThat(report.config().vision().blocks().activation()).isEqualTo(Activation.QUICK_GELU);
    assertThat(report.leftOut().keySet())
        .contains("input_resolution", "context_length", "vocab_size");
    agrees(report, "quick.golden.safetensors");
  }

  @Test
  void huggingFaceFoldersShardedAndPickled() throws IOException {
    ImportReport sharded = run(GOLDEN.resolve("hugging_face_sharded"), options(40));
    assertThat(sharded.kind()).isEqualTo("Hugging Face folder (safetensors in 2 shards)");
    assertThat(sharded.files()).hasSize(2);
    agrees(sharded, "hf.golden.safetensors");
    float[] shards = weight(sharded, "visual_projection.weight");

    ImportReport bin = run(GOLDEN.resolve("hugging_face_bin"), options(40).withPixels("clip"));
    assertThat(bin.kind()).isEqualTo("Hugging Face folder (pickle)");
    assertThat(bin.leftOut()).hasSize(2).containsValue(LeftOut.POSITIONS);
    agrees(bin, "hf.golden.safetensors");
    assertThat(weight(bin, "visual_projection.weight")).isEqualTo(shards);
  }

  @Test
  void declipsGlobalHeadWithItsBias() throws IOException {
    ImportReport report =
        run(
            GOLDEN.resolve("declip_filip.pth.tar"),
            options(41).withHeads(2, 3).withInteraction(Interaction.GLOBAL));
    assertThat(report.kind()).isEqualTo("DeCLIP FILIP training checkpoint");
    assertThat(report.leftOut())
        .containsKeys("logit_scale_dense", "text_label_predictor.weight", "image_mapping.bias");
    agrees(report, "declip_global.golden.safetensors");
  }

  @Test
  void declipsLateHeadsWithoutTheFinalNorm() throws IOException {
    ImportReport report = run(GOLDEN.resolve("declip_filip.pth.tar"), options(41).withHeads(2, 3));
    assertThat(report.config().interaction()).isEqualTo(Interaction.LATE);
    assertThat(report.config().embedDim()).isEqualTo(5);
    assertThat(report.warnings()).isEmpty();
    assertThat(report.leftOut())
        .containsKeys("logit_scale", "visual.proj", "visual.ln_post.weight");
    agrees(report, "declip_late.golden.safetensors");
    assertThat(weight(report, "logit_scale")).containsExactly(3.5f);
    // a type of its own, so that transformers does not open it as a CLIP
    assertThat(Json.read(report.out().resolve("config.json")).path("model_type").asText())
        .isEqualTo("filip-declip");
    assertThatThrownBy(() -> HuggingFaceExport.write(report.out(), folder.resolve("exported")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("transformers has no image tower of kind declip");
  }

  @Test
  void anotherWidthGivesNewProjectionsAndSaysSo() throws IOException {
    ImportOptions narrow = gelu().withEmbedDim(4).withInteraction(Interaction.LATE);
    ImportReport report = run(GOLDEN.resolve("checkpoint.pt"), narrow);
    assertThat(report.config().embedDim()).isEqualTo(4);
    assertThat(report.fresh())
        .containsOnlyKeys("visual_projection.weight", "text_projection.weight");
    assertThat(report.warnings())
        .hasSize(2)
        .anyMatch(w -> w.contains("4 of 6: train before use"))
        .anyMatch(w -> w.contains("late interaction on weights trained globally"));
    float[] first = weight(report, "visual_projection.weight");
    assertThat(first).hasSize(4 * 16);
    assertThat(weight(run(GOLDEN.resolve("checkpoint.pt"), narrow), "visual_projection.weight"))
        .isEqualTo(first);
    try (LoadedModel loaded = ModelFolder.load(report.out())) {
      assertThat(loaded.config().interaction()).isEqualTo(Interaction.LATE);
      assertThat(loaded.trained().path("trained_as").asText()).isEqualTo("global");
    }
  }

  @Test
  void whatASourceDoesNotSayIsAskedFor() throws IOException {
    ImportOptions nothing = ImportOptions.asSource();
    refused("checkpoint.pt", nothing, "give --activation quick_gelu");
    refused(
        "checkpoint.pt",
        nothing.withActivation(Activation.GELU),
        "a width of 16 does not tell: give --vision-heads");
    refused(
        "checkpoint.pt",
        nothing.withActivation(Activation.GELU).withHeads(2, 3),
        "give --tokenizer");
    refused("openai.pt", gelu(), "--activation gelu: ");
    refused("open_clip_hub", gelu(), "itself says quick_gelu");
    refused("hugging_face_bin", options(40).withHeads(4, 3), "--vision-heads 4: ");
    refused(
        "declip_filip.pth.tar",
        options(40).withHeads(2, 3).withInteraction(Interaction.GLOBAL),
        "<|mask|> among them");
  }

  @Test
  void everyTensorIsAccountedFor() throws IOException {
    Path hub = copy("open_clip_hub");
    change(hub, Map.of("visual.extra", "new"), List.of("ln_final.bias"));
    assertThatThrownBy(() -> run(hub, options(40)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("1 missing: ln_final.bias")
        .hasMessageContaining("1 unexpected: visual.extra");
    Path config = hub.resolve("open_clip_config.json");
    ObjectNode json = (ObjectNode) Json.read(config);
    ((ObjectNode) json.path("model_cfg")).put("embed_dim", 7);
    Files.writeString(config, Json.line(json));
    assertThatThrownBy(() -> run(hub, options(40)))
        .hasMessageContaining("2 misshaped: text_projection F32[12, 6] not [12, 7]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vision_cfg|{\"pool_type\": \"avg\"}|vision_cfg.pool_type \"avg\"",
        "vision_cfg|{\"timm_model_name\": \"vit\"}|timm_model_name",
        "text_cfg|{\"hf_model_name\": \"roberta-base\"}|hf_model_name",
        "text_cfg|{\"no_causal_mask\": true}|no_causal_mask",
        "vision_cfg|{\"layers\": [2, 2]}|vision_cfg.layers must be",
      })
  void whatOpenClipCanAndWeCannotIsRefused(String part, String more, String reason)
      throws IOException {
    Path hub = copy("open_clip_hub");
    Path config = hub.resolve("open_clip_config.json");
    ObjectNode json = (ObjectNode) Json.read(config);
    ((ObjectNode) json.path("model_cfg").path(part)).setAll((ObjectNode) Json.parse(more));
    Files.writeString(config, Json.line(json));
    assertThatThrownBy(() -> run(hub, options(40)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("open_clip_config.json")
        .hasMessageContaining(reason);
  }

  @Test
  void otherThingsAreNoSource() throws IOException {
    refused("quick.golden.safetensors", options(40), "these are no CLIP's names");
    refused("nowhere", options(40), "no such file or folder");
    refused(".", options(40), "neither a Hugging Face folder");
    Path index = copy("hugging_face_sharded").resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": {\"a\": \"../../secret.safetensors\"}}");
    assertThatThrownBy(() -> run(folder.resolve("hugging_face_sharded"), options(40)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("../../secret.safetensors");
  }

  private void refused(String name, ImportOptions options, String reason) {
    assertThatThrownBy(() -> run(GOLDEN.resolve(name), options))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("\n");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private Path copy(String name) throws IOException {
    Path target = Files.createDirectories(folder.resolve(name));
    try (Stream<Path> files = Files.list(GOLDEN.resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  /** Adds tensors of two numbers, drops others. */
  private static void change(Path hub, Map<String, String> added, List<String> dropped)
      throws IOException {
    Natives.load();
    Path file = hub.resolve("open_clip_model.safetensors");
    Map<String, Tensor> tensors = new HashMap<>();
    try (var _ = new StepScope();
        Safetensors old = Safetensors.open(file)) {
      old.tensors().keySet().stream()
          .filter(name -> !dropped.contains(name))
          .forEach(name -> tensors.put(name, old.tensor(name)));
      added.keySet().forEach(name -> tensors.put(name, Tensors.fromFloats(new float[2], 2)));
      Safetensors.write(file, tensors, Map.of());
    }
  }

  private static float[] weight(ImportReport report, String name) {
    try (var _ = new StepScope();
        Safetensors file = Safetensors.open(report.out().resolve("model.safetensors"))) {
      return Tensors.toFloats(file.tensor(name));
    }
  }
}
