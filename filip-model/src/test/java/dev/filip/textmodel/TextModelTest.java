package dev.filip.textmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFingerprint;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.checkpoint.TorchTypes;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.TextPooling;
import dev.filip.config.VisionConfig;
import dev.filip.folder.Dtype;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import dev.filip.text.TokenBatch;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The plain tower beside libtorch's. */
@Tag("native")
class TextModelTest {
  private static final List<String> TEXTS =
      List.of("red", "", "a red ball on a blue box", "ball ".repeat(40), "Blue BOX, red ball!");

  @TempDir Path temp;

  private final BpeTokenizer tokenizer =
      BpeTrainer.train(
          List.of("red ball red ball", "blue box blue box"), 520, TextBehaviour.TRANSFORMERS);

  /** Weights off their small initial values, so that every part of a block matters. */
  private Path folder(Activation activation, TextPooling pooling) throws IOException {
    ModelConfig config =
        new ModelConfig(
            new VisionConfig(28, 14, 24, 1, 2),
            new TextConfig(
                36, 3, 3, 21, tokenizer.size(), new BlockForm(50, activation, 1e-5), pooling),
            20,
            Interaction.LATE,
            false,
            TextBehaviour.TRANSFORMERS,
            PixelBehaviour.TRANSFORMERS);
    Path folder = temp.resolve("model");
    try (FilipModel model = FilipModel.create(config, 7);
        var _ = new StepScope();
        var _ = GradMode.off()) {
      model.parameters().names().stream()
          .filter(name -> name.startsWith("text"))
          .forEach(name -> {
            Tensor weight = model.parameters().get(name);
            weight.mul_(new Scalar(1.5)).add_(new Scalar(0.02));
          });
      ModelFolder.save(folder, model, tokenizer, Json.object(), Json.object());
    }
    return folder;
  }

  private static void same(Encoded found, Encoded expected) {
    assertThat(found.size()).isEqualTo(expected.size());
    for (int i = 0; i < found.size(); i++) {
      close(found.tokens().floats(i), expected.tokens().floats(i));
      close(found.globals().floats(i), expected.globals().floats(i));
    }
  }

  private static void close(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  private static TokenBatch batch(TextModel model, List<String> texts) {
    return model.tokenizer().batch(texts, model.config().text().context());
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void equalToLibtorch(Activation activation) throws IOException {
    Path folder = folder(activation, TextPooling.EOS);
    try (TextModel plain = TextModel.open(folder);
        LoadedModel loaded = ModelFolder.load(folder)) {
      Encoded expected = new Encoder(loaded.model()).texts(batch(plain, TEXTS));
      same(plain.texts(TEXTS), expected);
      assertThat(plain.logitScale()).isCloseTo(Math.exp(loaded.model().logScale()), within(1e-6));
      assertThat(plain.fingerprint("fp32"))
          .isEqualTo(ModelFingerprint.of(loaded.model(), loaded.tokenizer(), Precision.FP32));
    }
  }

  /** More rows than one pass takes: every text is where it belongs. */
  @Test
  void manyTexts() throws IOException {
    Path folder = folder(Activation.QUICK_GELU, TextPooling.LARGEST_ID);
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      many.add(TEXTS.get(i % TEXTS.size()) + " " + i);
    }
    try (TextModel plain = TextModel.open(folder);
        LoadedModel loaded = ModelFolder.load(folder)) {
      same(plain.texts(many), new Encoder(loaded.model()).texts(batch(plain, many)));
      assertThat(plain.texts(List.of()).size()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F64"})
  void otherNumberTypes(Dtype dtype) throws IOException {
    Path folder = folder(Activation.QUICK_GELU, TextPooling.EOS);
    rewrite(folder, tensor -> tensor.to(TorchTypes.of(dtype)));
    try (TextModel plain = TextModel.open(folder);
        LoadedModel loaded = ModelFolder.load(folder)) {
      same(plain.texts(TEXTS), new Encoder(loaded.model()).texts(batch(plain, TEXTS)));
      assertThat(plain.fingerprint("fp32"))
          .isEqualTo(ModelFingerprint.of(loaded.model(), loaded.tokenizer(), Precision.FP32));
    }
  }

  @Test
  void badWeightsAreOneLine() throws IOException {
    Path folder = folder(Activation.QUICK_GELU, TextPooling.EOS);
    rewrite(
        folder,
        tensor ->
            tensor.numel() == 36 * 20
                ? tensor.mul(new Scalar(1e30)).mul(new Scalar(1e30))
                : tensor);
    try (TextModel plain = TextModel.open(folder)) {
      assertThatThrownBy(() -> plain.texts(TEXTS))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("not finite");
    }
    assertThatThrownBy(() -> TextModel.open(temp))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("config.json");
  }

  private interface Change {
    Tensor apply(Tensor tensor);
  }

  private static void rewrite(Path folder, Change change) throws IOException {
    Path file = folder.resolve(ModelFiles.WEIGHTS);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      try (Safetensors read = Safetensors.open(file)) {
        read.tensors().keySet().forEach(name -> changed.put(name, change.apply(read.tensor(name))));
      }
      Safetensors.write(file, changed, Map.of());
    }
  }
}
