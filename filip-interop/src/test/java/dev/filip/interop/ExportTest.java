package dev.filip.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole exports of small models of unlike towers. */
class ExportTest {
  private static final JsonNode PIXELS =
      Json.parse("{\"mean\":[0.5,0.5,0.5],\"std\":[0.5,0.5,0.5],\"resize_mode\":\"shortest\"}");
  private final BpeTokenizer tokenizer =
      BpeTrainer.train(List.of("a red ball", "a blue box"), 520, TextBehaviour.OPEN_CLIP);
  @TempDir Path temp;

  private static BlockForm form(int inner, Activation activation, double eps) {
    return new BlockForm(inner, activation, eps);
  }

  private LoadedModel model(BlockForm image, BlockForm text) throws IOException {
    ModelConfig config =
        new ModelConfig(
            new VisionConfig(12, 4, 12, 2, 3, image),
            new TextConfig(8, 2, 2, 9, tokenizer.size(), text),
            5,
            Interaction.LATE,
            false,
            TextBehaviour.OPEN_CLIP,
            PixelBehaviour.TRANSFORMERS);
    Path folder = temp.resolve("model");
    try (FilipModel model = FilipModel.create(config, 11)) {
      ModelFolder.save(
          folder, model, tokenizer, Json.object().put("size", 12), Json.object().put("seed", 11));
    }
    Files.writeString(folder.resolve("README.md"), "the card");
    return ModelFolder.load(folder);
  }

  private LoadedModel plain() throws IOException {
    return model(form(48, Activation.QUICK_GELU, 1e-5), form(32, Activation.QUICK_GELU, 1e-5));
  }

  private Path out() {
    return temp.resolve("out");
  }

  @Test
  void openClipsTensorsHoldEveryNumberOfOursBitForBit() throws IOException {
    try (LoadedModel loaded = plain()) {
      Exported exported = OpenClipExport.write(loaded, PIXELS, out());
      Set<String> seen = new HashSet<>();
      try (Safetensors file = Safetensors.open(out().resolve("open_clip_model.safetensors"));
          var _ = new StepScope()) {
        for (TensorRule rule : OpenClipNames.of(loaded.config())) {
          Tensor theirs = file.tensor(rule.theirs());
          for (String name : rule.ours()) {
            seen.add(name);
            assertThat(Tensors.toFloats(rule.toOurs(name, theirs)))
                .as(name)
                .isEqualTo(Tensors.toFloats(loaded.model().parameters().get(name)));
          }
        }
        assertThat(file.tensors()).hasSize(exported.tensors());
      }
      assertThat(seen).isEqualTo(loaded.model().parameters().names());
    }
  }

  @Test
  void openClipsConfigSaysSizesAndKeepsOurBlock() throws IOException {
    try (LoadedModel loaded = plain()) {
      Exported exported = OpenClipExport.write(loaded, PIXELS, out());
      JsonNode root = Json.read(out().resolve("open_clip_config.json"));
      assertThat(root.path("model_cfg"))
          .isEqualTo(
              Json.parse(
                  """
                  {"embed_dim": 5, "quick_gelu": true,
                   "vision_cfg": {"image_size": 12, "layers": 2, "width": 12, "head_width": 4,
                                  "patch_size": 4},
                   "text_cfg": {"context_length": 9, "vocab_size": 520, "width": 8, "heads": 2,
                                "layers": 2, "hf_tokenizer_name": "."}}
                  """));
      assertThat(root.path("preprocess_cfg")).isEqualTo(PIXELS);
      assertThat(root.path("filip").path("interaction").asText()).isEqualTo("late");
      assertThat(root.path("filip").path("trained").path("seed").asInt()).isEqualTo(11);
      assertThat(exported.leftOut())
          .extracting(Exported.LeftOut::what)
          .containsExactly("late interaction", "text cleaning");
      assertThat(exported.files())
          .containsOnlyKeys(
              "README.md",
              "merges.txt",
              "open_clip_config.json",
              "open_clip_model.safetensors",
              "special_tokens_map.json",
              "tokenizer.json",
              "tokenizer_config.json",
              "vocab.json");
    }
  }

  @Test
  void openClipIsToldWidthsNormsAndTanhOfEachTower() throws IOException {
    try (LoadedModel loaded =
        model(form(59, Activation.GELU_PYTORCH_TANH, 1e-6), form(32, Activation.GELU, 1e-5))) {
      OpenClipExport.write(loaded, PIXELS, out());
      JsonNode cfg = Json.read(out().resolve("open_clip_config.json")).path("model_cfg");
      assertThat(cfg.has("quick_gelu")).isFalse();
      JsonNode vision = cfg.path("vision_cfg");
      assertThat((int) (12 * vision.path("mlp_ratio").asDouble())).isEqualTo(59);
      assertThat(vision.path("norm_kwargs").path("eps").asDouble()).isEqualTo(1e-6);
      assertThat(vision.path("act_kwargs").path("approximate").asText()).isEqualTo("tanh");
      assertThat(cfg.path("text_cfg").has("mlp_ratio")).isFalse();
      assertThat(cfg.path("text_cfg").has("act_kwargs")).isFalse();
    }
  }

  @Test
  void unlikeActivationsAreRefusedAndNothingIsLeft() throws IOException {
    try (LoadedModel loaded =
        model(form(48, Activation.GELU, 1e-5), form(32, Activation.QUICK_GELU, 1e-5))) {
      assertThatThrownBy(() -> OpenClipExport.write(loaded, PIXELS, out()))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("one switch for both");
    }
    assertThat(temp.toFile().list()).containsExactly("model");
  }

  @Test
  void aSiglipTowerIsRefusedByOpenClipAndNothingIsLeft() throws IOException {
    Path golden = Path.of("../filip-model/src/test/resources/golden/model/siglip");
    Path folder = Files.createDirectory(temp.resolve("siglip"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(golden.resolve(file), folder.resolve(file));
    }
    try (LoadedModel loaded = ModelFolder.load(folder)) {
      assertThatThrownBy(() -> OpenClipExport.write(loaded, PIXELS, out()))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("vision.kind must be clip");
    }
    assertThat(temp.toFile().list()).containsExactly("siglip");
  }

  /** Python: {@code int(width * ratio)}. */
  @ParameterizedTest
  @CsvSource({"768, 3072", "1152, 4304", "1664, 8192", "1280, 5120", "12, 59", "49, 1", "107, 103"})
  void theRatioGivesTheWidthBack(int width, int inner) {
    assertThat((int) (width * OpenClipExport.OpenClipConfigWriter.ratio(width, inner)))
        .isEqualTo(inner);
  }

  @Test
  void huggingFaceIsTheFolderByteForByte() throws IOException {
    try (LoadedModel loaded = plain()) {
      Exported exported = HuggingFaceExport.write(loaded.folder(), out());
      assertThat(exported.note()).contains("copied whole");
      assertThat(exported.files()).hasSize(9).containsKey("README.md");
      for (String name : exported.files().keySet()) {
        assertThat(out().resolve(name)).hasSameBinaryContentAs(loaded.folder().resolve(name));
      }
      assertThatThrownBy(() -> HuggingFaceExport.write(loaded.folder(), loaded.folder()))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("is the model folder itself");
    }
  }

  @Test
  void theOnnxFolderNeedsNothingElse() throws IOException {
    try (LoadedModel loaded = plain()) {
      Exported exported = OnnxFolderExport.write(loaded, out());
      assertThat(exported.opset()).hasValue(17);
      assertThat(exported.files())
          .containsKeys(
              "image.onnx", "text.onnx", "tokenizer.json", "preprocessor_config.json", "README.md");
      assertThat(ModelFiles.readConfig(out())).isEqualTo(loaded.config());
      assertThat(BpeTokenizer.load(out(), TextBehaviour.OPEN_CLIP).encode("a red ball"))
          .isEqualTo(tokenizer.encode("a red ball"));
      JsonNode json = exported.toJson();
      assertThat(json.path("bytes").asLong())
          .isEqualTo(exported.files().values().stream().mapToLong(Long::longValue).sum());
      assertThat(json.path("left_out").get(0).path("what").asText()).isEqualTo("logit_scale");
    }
  }

  @Test
  void aFailedExportLeavesTheOlderOneWhole() throws IOException {
    try (LoadedModel loaded = plain()) {
      OnnxFolderExport.write(loaded, out());
      Files.delete(loaded.folder().resolve("tokenizer.json"));
      Files.delete(loaded.folder().resolve("merges.txt"));
      assertThatThrownBy(() -> OnnxFolderExport.write(loaded, out())).isInstanceOf(BadInput.class);
      assertThat(out().resolve("merges.txt")).isRegularFile();
      assertThat(temp.toFile().list()).containsExactlyInAnyOrder("model", "out");
    }
  }
}
