package dev.filip.interop;

import static dev.filip.config.TextBehaviour.OPEN_CLIP;
import static dev.filip.config.TextBehaviour.OPEN_CLIP_HF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import dev.filip.config.TextPooling;
import dev.filip.config.VisionConfig;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Out and in again, in and out again: the same bits. */
class RoundTripTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/import");
  private static final JsonNode PIXELS = Json.parse("{\"resize_mode\":\"shortest\"}");
  @TempDir Path temp;

  private static Map<String, float[]> bits(Path... files) {
    Map<String, float[]> all = new HashMap<>();
    for (Path path : files) {
      try (Safetensors file = Safetensors.open(path);
          var _ = new StepScope()) {
        file.tensors().keySet().forEach(n -> all.put(n, Tensors.toFloats(file.tensor(n))));
      }
    }
    return all;
  }

  private static void same(Map<String, float[]> found, Map<String, float[]> wanted) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
  }

  private ImportReport imported(Path source, Path out, ImportOptions options) throws IOException {
    return Importer.run(source, out, options, (_, _) -> Json.object());
  }

  private ModelConfig config(Activation activation, int vocabulary) {
    boolean quick = activation == Activation.QUICK_GELU;
    return new ModelConfig(
        new VisionConfig(12, 4, 12, 2, 3, new BlockForm(59, activation, quick ? 1e-5 : 1e-6)),
        new TextConfig(
            8, 2, 2, 9, vocabulary, new BlockForm(21, quick ? activation : Activation.GELU, 1e-3)),
        5,
        Interaction.LATE,
        true,
        TextBehaviour.TRANSFORMERS,
        PixelBehaviour.TRANSFORMERS);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void whatOpenClipIsGivenComesBackWhole(Activation activation) throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.train(List.of("a red ball", "a box"), 520, TextBehaviour.TRANSFORMERS);
    Path own = temp.resolve("own");
    ModelConfig config = config(activation, tokenizer.size());
    try (FilipModel model = FilipModel.create(config, 7)) {
      ModelFolder.save(own, model, tokenizer, Json.object(), Json.object());
    }
    try (LoadedModel loaded = ModelFolder.load(own)) {
      OpenClipExport.write(loaded, PIXELS, temp.resolve("out"));
    }
    ImportReport report =
        imported(temp.resolve("out"), temp.resolve("back"), ImportOptions.asSource());

    assertThat(report.config()).isEqualTo(config);
    assertThat(report.warnings()).isEmpty();
    same(bits(temp.resolve("back/model.safetensors")), bits(own.resolve("model.safetensors")));
    try (LoadedModel back = ModelFolder.load(temp.resolve("back"))) {
      assertThat(back.config()).isEqualTo(config);
      assertThat(back.tokenizer().encode("a red box")).isEqualTo(tokenizer.encode("a red box"));
    }
  }

  /** With an added token [EOS] has no longer the largest id, so the pooling must be told. */
  @ParameterizedTest
  @EnumSource(TextPooling.class)
  void addedTokensAndThePoolingComeBack(TextPooling pooling) throws IOException {
    Path words = temp.resolve("words");
    BpeTrainer.train(List.of("a red ball", "a box"), 520, TextBehaviour.OPEN_CLIP_HF)
        .save(words, 9);
    Files.delete(words.resolve("tokenizer.json"));
    Files.writeString(words.resolve("added_tokens.json"), "{\"<cat-toy>\": 520}");
    BpeTokenizer tokenizer = BpeTokenizer.load(words, TextBehaviour.OPEN_CLIP_HF);
    String text = "a <CAT-toy> box";
    assertThat(tokenizer.encode(text)).contains(520);
    ModelConfig plain = config(Activation.GELU, tokenizer.size());
    ModelConfig config =
        new ModelConfig(
            plain.vision(),
            plain.text().withPooling(pooling),
            plain.embedDim(),
            plain.interaction(),
            true,
            TextBehaviour.OPEN_CLIP_HF,
            plain.pixelBehaviour());
    Path own = temp.resolve("own");
    try (FilipModel model = FilipModel.create(config, 7)) {
      ModelFolder.save(own, model, tokenizer, Json.object(), Json.object());
    }
    assertThat(Json.read(own.resolve("config.json")).at("/text_config/eos_token_id").asInt())
        .isEqualTo(pooling == TextPooling.EOS ? 519 : 2);
    try (LoadedModel loaded = ModelFolder.load(own)) {
      assertThat(loaded.config()).isEqualTo(config);
      assertThat(OpenClipExport.write(loaded, PIXELS, temp.resolve("out")).leftOut())
          .hasSize(1); // late interaction
    }
    ImportReport report =
        imported(temp.resolve("out"), temp.resolve("back"), ImportOptions.asSource());
    assertThat(report.config()).isEqualTo(config);
    try (LoadedModel back = ModelFolder.load(temp.resolve("back"))) {
      assertThat(back.config()).isEqualTo(config);
      assertThat(back.tokenizer().fingerprint()).isEqualTo(tokenizer.fingerprint());
      assertThat(back.tokenizer().encode(text)).isEqualTo(tokenizer.encode(text));
    }
    ObjectNode said = (ObjectNode) Json.read(temp.resolve("out/open_clip_config.json"));
    ((ObjectNode) said.at("/model_cfg/text_cfg")).put("pool_type", "eos").put("eos_id", 3);
    Files.writeString(temp.resolve("out/open_clip_config.json"), Json.line(said));
    assertThatThrownBy(
            () -> imported(temp.resolve("out"), temp.resolve("no"), ImportOptions.asSource()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(
            "text_cfg.eos_id must be 519, the id of its tokenizer's [EOS], got 3");
  }

  @Test
  void openClipsOwnFolderComesBackBitForBit() throws IOException {
    Path source = GOLDEN.resolve("open_clip_hub");
    ImportOptions options =
        ImportOptions.asSource().withTokenizer(ImporterTest.tokenizer(temp, 40));
    imported(source, temp.resolve("own"), options);
    try (LoadedModel loaded = ModelFolder.load(temp.resolve("own"))) {
      OpenClipExport.write(loaded, PIXELS, temp.resolve("out"));
    }
    same(
        bits(temp.resolve("out/open_clip_model.safetensors")),
        bits(source.resolve("open_clip_model.safetensors")));
  }

  /** As open_clip's get_tokenizer: a name in the config, whatever it is, means HFTokenizer. */
  @Test
  void aFolderWithANamedTokenizerKeepsThatTokenizersCleaning() throws IOException {
    ImportOptions options =
        ImportOptions.asSource().withTokenizer(ImporterTest.tokenizer(temp, 40));
    assertThat(textOf(named("some/repository", "named"), options)).isEqualTo(OPEN_CLIP_HF);
    assertThat(textOf(named("", "empty"), options)).isEqualTo(OPEN_CLIP);
    assertThat(textOf(GOLDEN.resolve("open_clip_hub"), options)).isEqualTo(OPEN_CLIP);
    assertThatThrownBy(() -> textOf(named(3, "number"), options))
        .isInstanceOf(BadInput.class)
        .hasMessageEndingWith("text_cfg.hf_tokenizer_name must be a text, got 3");

    imported(temp.resolve("named"), temp.resolve("own"), options);
    try (LoadedModel loaded = ModelFolder.load(temp.resolve("own"))) {
      assertThat(OpenClipExport.write(loaded, PIXELS, temp.resolve("out")).leftOut()).isEmpty();
    }
    Path config = temp.resolve("out/open_clip_config.json");
    ObjectNode written = (ObjectNode) Json.read(config);
    assertThat(written.at("/model_cfg/text_cfg/hf_tokenizer_name").asText()).isNotEmpty();
    written.remove("filip"); // so that only what open_clip itself reads is left
    Files.writeString(config, Json.line(written));
    assertThat(textOf(temp.resolve("out"), ImportOptions.asSource())).isEqualTo(OPEN_CLIP_HF);
  }

  private Path named(Object name, String folder) throws IOException {
    Path copy = Files.createDirectory(temp.resolve(folder));
    Path source = GOLDEN.resolve("open_clip_hub");
    String weights = "open_clip_model.safetensors";
    Files.copy(source.resolve(weights), copy.resolve(weights));
    ObjectNode config = (ObjectNode) Json.read(source.resolve("open_clip_config.json"));
    ((ObjectNode) config.at("/model_cfg/text_cfg")).putPOJO("hf_tokenizer_name", name);
    Files.writeString(copy.resolve("open_clip_config.json"), Json.line(config));
    return copy;
  }

  private TextBehaviour textOf(Path source, ImportOptions options) throws IOException {
    Path out = Files.createTempDirectory(temp, "in").resolve("model");
    return imported(source, out, options).config().textBehaviour();
  }

  @Test
  void huggingFacesShardsComeBackBitForBit() throws IOException {
    Path source = GOLDEN.resolve("hugging_face_sharded");
    ImportOptions options =
        ImportOptions.asSource().withTokenizer(ImporterTest.tokenizer(temp, 40));
    imported(source, temp.resolve("own"), options);
    HuggingFaceExport.write(temp.resolve("own"), temp.resolve("out"));
    same(
        bits(temp.resolve("out/model.safetensors")),
        bits(
            source.resolve("model-00001-of-00002.safetensors"),
            source.resolve("model-00002-of-00002.safetensors")));
  }
}
