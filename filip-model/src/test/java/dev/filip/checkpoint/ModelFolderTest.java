package dev.filip.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.folder.Dtype;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.model.Models;
import dev.filip.tensor.Census;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  @TempDir Path temp;
  private final BpeTokenizer tokenizer =
      BpeTrainer.train(List.of("a red ball", "a blue box"), 520, TextBehaviour.OPEN_CLIP);

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private ModelConfig config() {
    ModelConfig tiny = Models.tiny(Activation.GELU).withVocabulary(tokenizer.size());
    return new ModelConfig(
        tiny.vision(),
        tiny.text(),
        tiny.embedDim(),
        Interaction.BOTH,
        true,
        TextBehaviour.OPEN_CLIP,
        PixelBehaviour.TRANSFORMERS);
  }

  private Path saved() throws IOException {
    Path out = temp.resolve("model");
    try (FilipModel model = FilipModel.create(config(), 5)) {
      ObjectNode trained = Json.object().put("seed", 5).put("steps", 0);
      ModelFolder.save(out, model, tokenizer, Json.object().put("do_resize", true), trained);
    }
    return out;
  }

  @Test
  void aModelComesBackBitEqualWithAllThatBelongsToIt() throws IOException {
    Path out = saved();
    try (LoadedModel loaded = ModelFolder.load(out);
        FilipModel fresh = FilipModel.create(config(), 5)) {
      assertThat(loaded.config()).isEqualTo(config());
      assertThat(loaded.preprocessor().path("do_resize").asBoolean()).isTrue();
      assertThat(loaded.trained().path("seed").asInt()).isEqualTo(5);
      assertThat(loaded.tokenizer().encode("a red ball")).isEqualTo(tokenizer.encode("a red ball"));
      for (String name : fresh.parameters().names()) {
        assertThat(Tensors.toFloats(loaded.model().parameters().get(name)))
            .as(name)
            .isEqualTo(Tensors.toFloats(fresh.parameters().get(name)));
      }
    }
    assertThat(temp.toFile().list()).containsExactly("model");
  }

  @Test
  void towersOfUnlikeFormComeBackAsTheyWere() throws IOException {
    ModelConfig tiny = config();
    comesBack(
        tiny.with(
            tiny.vision().withBlocks(new BlockForm(59, Activation.GELU, 1e-6)),
            tiny.text().withBlocks(new BlockForm(21, Activation.GELU_PYTORCH_TANH, 1e-3))));
  }

  @Test
  void aSiglipTowerComesBackAsItWas() throws IOException {
    comesBack(Models.siglip().withVocabulary(tokenizer.size()));
  }

  private void comesBack(ModelConfig config) throws IOException {
    Path out = temp.resolve("forms");
    try (FilipModel model = FilipModel.create(config, 5)) {
      ModelFolder.save(out, model, tokenizer, Json.object(), Json.object());
      try (LoadedModel loaded = ModelFolder.load(out)) {
        assertThat(loaded.config()).isEqualTo(config);
        for (String name : model.parameters().names()) {
          assertThat(Tensors.toFloats(loaded.model().parameters().get(name)))
              .as(name)
              .isEqualTo(Tensors.toFloats(model.parameters().get(name)));
        }
      }
    }
  }

  @Test
  void aClipFolderWithoutOurBlockIsGlobal() {
    ModelConfig config = ModelFiles.readConfig(Path.of("src/test/resources/golden/model/quick"));
    assertThat(config.interaction()).isEqualTo(Interaction.GLOBAL);
    assertThat(config.cls()).isFalse();
  }

  private void rewrite(Path folder, java.util.function.Consumer<Map<String, Tensor>> change)
      throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var _ = new StepScope()) {
      Map<String, Tensor> tensors = new HashMap<>();
      try (Safetensors read = Safetensors.open(file)) {
        read.tensors().keySet().forEach(name -> tensors.put(name, read.tensor(name)));
      }
      change.accept(tensors);
      Safetensors.write(file, tensors, Map.of());
    }
  }

  @Test
  void tensorsThatDoNotFitAreListedInOneLine() throws IOException {
    Path out = saved();
    rewrite(
        out,
        tensors -> {
          tensors.remove("logit_scale");
          tensors.put("extra.weight", Tensors.fromFloats(new float[2], 2));
          tensors.put("visual_projection.weight", Tensors.fromFloats(new float[6], 2, 3));
          tensors.put("vision_model.embeddings.position_ids", Tensors.fromInts(new int[10], 1, 10));
        });
    assertThatThrownBy(() -> ModelFolder.load(out).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("model.safetensors does not fit its config.json")
        .hasMessageContaining("missing logit_scale")
        .hasMessageContaining("misshaped visual_projection.weight [2, 3] not [5, 12]")
        .hasMessageContaining("unexpected extra.weight")
        .hasMessageNotContaining("position_ids");
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() throws IOException {
    Path out = saved();
    rewrite(
        out,
        tensors ->
            java.util.Objects.requireNonNull(tensors.get("text_projection.weight"))
                .fill_(new Scalar(Double.NaN)));
    assertThatThrownBy(() -> ModelFolder.load(out).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("tensor text_projection.weight: holds numbers that are not finite");
  }

  @Test
  void halfPrecisionWeightsAreReadAsFp32() throws IOException {
    Path out = saved();
    rewrite(out, tensors -> tensors.replaceAll((_, t) -> t.to(TorchTypes.of(Dtype.BF16))));
    try (LoadedModel loaded = ModelFolder.load(out);
        FilipModel fresh = FilipModel.create(config(), 5)) {
      float[] ours = Tensors.toFloats(loaded.model().parameters().get("visual_projection.weight"));
      float[] full = Tensors.toFloats(fresh.parameters().get("visual_projection.weight"));
      for (int i = 0; i < full.length; i++) {
        assertThat(ours[i])
            .isCloseTo(full[i], org.assertj.core.api.Assertions.within(Math.abs(full[i]) / 128));
      }
    }
  }

  private void refused(Path folder, String key, String value, String said) throws IOException {
    ObjectNode root = (ObjectNode) Json.read(folder.resolve("config.json"));
    String before = Json.line(root);
    String[] path = key.split("\\.");
    ObjectNode node = root;
    for (int i = 0; i < path.length - 1; i++) {
      node = (ObjectNode) node.path(path[i]);
    }
    node.set(path[path.length - 1], Json.parse(value));
    Files.writeString(folder.resolve("config.json"), Json.line(root));
    assertThatThrownBy(() -> ModelFolder.load(folder).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(said)
        .message()
        .doesNotContain("\n");
    Files.writeString(folder.resolve("config.json"), before);
  }

  @Test
  void configsWeCannotComputeAreRefusedWithTheirKey() throws IOException {
    Path out = saved();
    refused(out, "model_type", "\"siglip\"", "model_type must be clip or vision-text-dual-encoder");
    refused(out, "model_type", "\"siglip\"", "got siglip (filip import makes a model of it)");
    refused(
        out,
        "model_type",
        "\"vision-text-dual-encoder\"",
        "must be siglip_vision_model in a vision");
    refused(out, "vision_config.hidden_act", "\"relu\"", "vision_config.hidden_act must be");
    refused(out, "text_config.hidden_act", "\"gelu_new\"", "text_config.hidden_act must be");
    refused(out, "text_config.intermediate_size", "0", "text_config.intermediate_size must be");
    refused(out, "text_config.intermediate_size", "7", "misshaped");
    refused(out, "vision_config.num_channels", "1", "vision_config.num_channels must be 3");
    refused(out, "vision_config.patch_size", "5", "vision.patch_size must be a divisor");
    refused(out, "vision_config.hidden_size", "\"x\"", "hidden_size must be a whole number");
    refused(
        out, "text_config.layer_norm_eps", "1.5", "text_config.layer_norm_eps must be in (0,1)");
    refused(out, "filip.interaction", "\"none\"", "filip.interaction");
    refused(out, "text_config.vocab_size", "40", "misshaped");
  }

  @Test
  void showCountsWhatLayoutPromisesAndSumsTheFiles() throws IOException {
    Path out = saved();
    ModelShow show = ModelShow.of(out);
    try (FilipModel fresh = FilipModel.create(config(), 5)) {
      assertThat(show.parameters().get("total")).isEqualTo(fresh.parameters().count(""));
      assertThat(show.parameters().get("image tower")).isEqualTo(fresh.parameters().count("vi"));
      assertThat(show.parameters().get("text tower")).isEqualTo(fresh.parameters().count("text_"));
    }
    assertThat(show.dtypes()).isEqualTo(Map.of("F32", 4 * 16 + 14));
    assertThat(show.files()).extracting(ModelShow.FileSum::name).contains("model.safetensors");
    assertThat(show.toJson().path("interaction").asText()).isEqualTo("both");
    assertThat(show.toJson().path("trained").path("seed").asInt()).isEqualTo(5);
    assertThat(show.toText()).contains("with [CLS]").contains("3 heads");
    assertThat(show.toJson().path("files").path("config.json").path("sha256").asText()).hasSize(64);
  }

  @Test
  void missingPartsAreNamed() throws IOException {
    assertThatThrownBy(() -> ModelFolder.load(temp.resolve("none")).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is not a folder");
    assertThatThrownBy(() -> ModelFolder.load(temp).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("has no config.json");
    Path out = saved();
    Files.delete(out.resolve("model.safetensors"));
    assertThatThrownBy(() -> ModelFolder.load(out).close())
        .isInstanceOf(BadInput.class)
        .hasMessageEndingWith("model.safetensors: there is no such file");
    Files.writeString(out.resolve("pytorch_model.bin"), "PK");
    assertThatThrownBy(() -> ModelFolder.load(out).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("pytorch_model.bin: bring it in with filip import");
    Files.writeString(out.resolve("config.json"), "{");
    assertThatThrownBy(() -> ModelFolder.load(out).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is not JSON");
  }

  /** Whatever is found wrong, and when: what was made of the model is freed. */
  @Test
  void nothingIsLeftOfAModel() throws Exception {
    assertThat(Census.left(Folders.class, temp))
        .hasSize(6)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  /** Folders that are refused, early and late, and one that is not. */
  private static final class Folders implements Census.Scenarios {
    private final ModelFolderTest test = new ModelFolderTest();

    @Override
    public Map<String, Census.Work> in(Path folder) throws IOException {
      Map<String, Census.Work> works = new LinkedHashMap<>();
      for (String file :
          List.of(
              "preprocessor_config.json", "config.json", "model.safetensors", "tokenizer.json")) {
        test.temp = folder.resolve(file);
        Path damaged = test.saved();
        Files.writeString(damaged.resolve(file), "{");
        works.put("damaged " + file, () -> refused(damaged));
      }
      test.temp = folder.resolve("not finite");
      Path poisoned = test.saved();
      poison(poisoned.resolve("model.safetensors"));
      works.put("not finite", () -> refused(poisoned));
      test.temp = folder.resolve("sound");
      Path sound = test.saved();
      works.put("made of it", () -> everything(sound));
      return works;
    }

    private static void refused(Path folder) {
      assertThatThrownBy(
              () -> {
                try (LoadedModel loaded = ModelFolder.load(folder)) {
                  loaded.tokenizer();
                }
              })
          .isInstanceOf(BadInput.class);
    }

    /** The last tensor, when all others are read. */
    private static void poison(Path weights) throws IOException {
      try (StepScope _ = new StepScope()) {
        Map<String, Tensor> tensors = new HashMap<>();
        try (Safetensors file = Safetensors.open(weights)) {
          file.tensors().keySet().forEach(name -> tensors.put(name, file.tensor(name)));
        }
        java.util.Objects.requireNonNull(tensors.get("text_projection.weight"))
            .fill_(new Scalar(Double.NaN));
        Safetensors.write(weights, tensors, Map.of());
      }
    }

    private static void everything(Path folder) throws IOException {
      try (LoadedModel loaded = ModelFolder.load(folder)) {
        FilipModel model = loaded.model();
        ModelFolder.save(
            folder.resolveSibling("copy"),
            model.with(new Compute(Precision.BF16, ComputeDevice.CPU), true),
            loaded.tokenizer(),
            loaded.preprocessor(),
            loaded.trained());
        model.replica().close();
        model.resized(24).close();
        for (Precision precision : List.of(Precision.FP32, Precision.INT8)) {
          model.packed(new Compute(precision, ComputeDevice.CPU)).close();
        }
        assertThatThrownBy(() -> model.with(new Compute(Precision.INT8, ComputeDevice.CPU), false))
            .isInstanceOf(IllegalArgumentException.class);
        ModelFingerprint.of(model, loaded.tokenizer(), Precision.FP32);
      }
    }
  }
}
