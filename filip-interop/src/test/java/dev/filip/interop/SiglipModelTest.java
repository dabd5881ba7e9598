package dev.filip.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Interaction;
import dev.filip.config.TextBehaviour;
import dev.filip.config.VisionKind;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sources by transformers: compat/make_siglip_goldens.py; parity of such models: ModelParityTest.
 */
class SiglipModelTest {
  private static final Path MODELS = Path.of("../filip-model/src/test/resources/golden/model");
  private static final Path SOURCE = MODELS.resolve("siglip/source");
  private static final ImportOptions.NewText SMALL =
      new ImportOptions.NewText(Optional.empty(), 8, 2, 9);

  @TempDir Path temp;
  private final BpeTokenizer tokenizer =
      BpeTrainer.train(List.of("a red ball", "a blue box"), 520, TextBehaviour.TRANSFORMERS);
  private Path words = Path.of("");

  @BeforeEach
  void saveTokenizer() throws IOException {
    words = Files.createDirectory(temp.resolve("words"));
    tokenizer.save(words, 9);
  }

  private ImportReport run(Path source, ImportOptions options) throws IOException {
    boolean says = Files.exists(source.resolve("preprocessor_config.json"));
    return Importer.run(
        source,
        temp.resolve("out"),
        says ? options : options.withPixels("siglip"),
        (pixels, _) -> Json.object().put("kind", pixels.getClass().getSimpleName()));
  }

  private ImportOptions fresh() {
    return ImportOptions.asSource().withTokenizer(words).withText(SMALL).withEmbedDim(5);
  }

  private static float[] weight(Path folder, String name) {
    try (var _ = new StepScope();
        Safetensors file = Safetensors.open(folder.resolve("model.safetensors"))) {
      return Tensors.toFloats(file.tensor(name));
    }
  }

  private static List<String> names(Path folder, String prefix) {
    try (Safetensors file = Safetensors.open(folder.resolve("model.safetensors"))) {
      return file.tensors().keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }
  }

  private static void sameTower(Path out, Path other, String prefix) {
    List<String> names = names(other, prefix);
    assertThat(names(out, prefix)).containsExactlyInAnyOrderElementsOf(names);
    names.forEach(name -> assertThat(weight(out, name)).as(name).isEqualTo(weight(other, name)));
  }

  @Test
  void theImageTowerIsTakenAndAllElseIsNewOrLeftOut() throws IOException {
    ImportReport report = run(SOURCE, fresh());

    assertThat(report.kind()).isEqualTo("SigLIP image tower, Hugging Face folder (safetensors)");
    assertThat(report.config().vision().kind()).isEqualTo(VisionKind.SIGLIP);
    assertThat(report.config().interaction()).isEqualTo(Interaction.LATE);
    assertThat(report.config().text().vocabularySize()).isEqualTo(tokenizer.size());
    assertThat(report.used() + report.leftOut().size()).isEqualTo(report.read());
    assertThat(report.used() + report.fresh().size()).isEqualTo(report.written());
    assertThat(report.leftOut()).containsKeys("logit_bias", "logit_scale", "text_model.head.bias");
    assertThat(report.fresh())
        .containsKeys("logit_scale", "visual_projection.weight", "text_projection.weight")
        .containsEntry("text_model.final_layer_norm.bias", "a new text tower: train before use");
    assertThat(report.warnings()).anyMatch(w -> w.contains("newly initialised: train before use"));
    assertThat(report.notes()).anyMatch(note -> note.contains("lock_projection: false"));
    assertThat(report.toText()).contains("36 tensors: a new text tower: train before use");
    sameTower(report.out(), MODELS.resolve("siglip"), "vision_model.");
    try (LoadedModel loaded = ModelFolder.load(report.out())) {
      assertThat(loaded.config()).isEqualTo(report.config());
      assertThat(loaded.tokenizer().encode("a red ball")).isEqualTo(tokenizer.encode("a red ball"));
      assertThat(loaded.preprocessor().path("kind").asText()).isEqualTo("Siglip");
      assertThat(loaded.model().logScale()).isEqualTo((float) Math.log(1 / 0.07));
    }
  }

  @Test
  void aVisionModelAloneIsTheSameSource() throws IOException {
    Path alone = Files.createDirectory(temp.resolve("alone"));
    ObjectNode config = (ObjectNode) Json.read(SOURCE.resolve("config.json")).path("vision_config");
    Files.writeString(alone.resolve("config.json"), Json.line(config));
    try (var _ = new StepScope();
        Safetensors file = Safetensors.open(SOURCE.resolve("model.safetensors"))) {
      Map<String, Tensor> tensors = new HashMap<>();
      for (String name : names(SOURCE, "vision_model.")) {
        tensors.put(name.substring("vision_model.".length()), file.tensor(name));
      }
      Safetensors.write(alone.resolve("model.safetensors"), tensors, Map.of());
    }
    ImportReport report = run(alone, fresh());
    assertThat(report.leftOut()).isEmpty();
    sameTower(report.out(), MODELS.resolve("siglip"), "vision_model.");
  }

  @Test
  void anotherModelsTextTowerIsTakenWithItsTokenizer() throws IOException {
    Path clip = Files.createDirectory(temp.resolve("clip"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(MODELS.resolve("quick").resolve(name), clip.resolve(name));
    }
    small(clip);
    ImportOptions from =
        ImportOptions.asSource().withText(new ImportOptions.NewText(Optional.of(clip), 0, 0, 0));
    ImportReport report = run(SOURCE, from);

    assertThat(report.fresh()).containsOnlyKeys("logit_scale", "visual_projection.weight");
    assertThat(report.leftOut()).containsKeys("text_from.logit_scale", "text_model.head.bias");
    assertThat(report.used() + report.leftOut().size()).isEqualTo(report.read());
    sameTower(report.out(), MODELS.resolve("siglip"), "vision_model.");
    sameTower(report.out(), clip, "text_");
  }

  /** A tokenizer of the 23 entries of that model. */
  private static void small(Path folder) throws IOException {
    ObjectNode ids = Json.object();
    for (int i = 0; i < 21; i++) {
      ids.put(Character.toString('a' + i) + (i % 2 == 0 ? "</w>" : ""), i);
    }
    ids.put("<|startoftext|>", 21).put("<|endoftext|>", 22);
    Files.writeString(folder.resolve("vocab.json"), Json.line(ids));
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
  }

  private void refused(Path source, ImportOptions options, String said) {
    assertThatThrownBy(() -> run(source, options))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(said)
        .message()
        .doesNotContain("\n");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void whatDoesNotFitIsRefusedInOneLine() throws IOException {
    refused(SOURCE, ImportOptions.asSource(), "give --tokenizer for a new text tower, or");
    refused(MODELS.resolve("quick"), fresh(), "are for image towers alone (SigLIP)");
    Path other = Files.createDirectory(temp.resolve("other"));
    Files.copy(SOURCE.resolve("model.safetensors"), other.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) Json.read(SOURCE.resolve("config.json"));
    ((ObjectNode) config.path("vision_config")).put("vision_use_head", false);
    Files.writeString(other.resolve("config.json"), Json.line(config));
    refused(other, fresh(), "vision_config.vision_use_head must be true, got false");
    config.put("model_type", "siglip2");
    Files.writeString(other.resolve("config.json"), Json.line(config));
    refused(other, fresh(), "model_type siglip2 is not read");
  }
}
