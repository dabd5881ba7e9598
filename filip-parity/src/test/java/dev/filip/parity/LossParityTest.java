package dev.filip.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.checkpoint.Safetensors;
import dev.filip.io.BadInput;
import dev.filip.parity.ParityReport.Stage;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goldens by PyTorch autograd: {@code compat/make_loss_goldens.py}. */
class LossParityTest {
  @TempDir private Path folder;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private static Path golden(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(LossParityTest.class.getResource("/golden/loss/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "late-fp32.safetensors, 4",
    "late-one.safetensors, 4",
    "late-fp64.safetensors, 8",
    "global-fp64.safetensors, 8"
  })
  void agreesWithPyTorch(String name, int stages) {
    ParityReport report = LossParity.compare(golden(name));
    assertThat(report.firstDifference()).isEmpty();
    assertThat(report.ok()).isTrue();
    assertThat(report.stages()).hasSize(stages);
    assertThat(report.toJson().get("stages").get("loss").get("max_abs").asDouble())
        .isLessThan(1e-5);
  }

  @Test
  void aWrongNumberIsFoundWhereItIs() throws IOException {
    Path wrong =
        changed(
            "late-fp32.safetensors",
            tensors -> {
              double[] g =
                  Tensors.toDoubles(Objects.requireNonNull(tensors.get("grad_text_tokens")));
              g[16] += 0.01; // word 1 of text 0, first dimension
              tensors.put(
                  "grad_text_tokens", Tensors.fromDoubles(g, 5, 7, 16).to(ScalarType.Float));
            });
    ParityReport report = LossParity.compare(wrong);
    assertThat(report.ok()).isFalse();
    assertThat(report.stages()).filteredOn(Stage::ok).hasSize(3);
    assertThat(report.toJson().get("first_difference").get("stage").asText())
        .isEqualTo("grad_text_tokens");
    assertThat(report.firstDifference().orElseThrow().index()).containsExactly(0, 1, 0);
    assertThat(LossParity.compare(wrong, 0.1, null).ok()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"log_scale", "text_length", "image_tokens", "grad_image_tokens", "loss"})
  void aMissingTensorIsNamed(String name) throws IOException {
    refused(t -> t.remove(name), "tensor " + name + ": it is missing");
  }

  @Test
  void wrongShapesAndTypesAreNamed() throws IOException {
    refused(
        t -> t.put("text_tokens", Tensors.fromFloats(new float[70], 5, 1, 14)),
        "tensor text_tokens: must be [5, 1, 16], got [5, 1, 14]");
    refused(
        t -> t.put("log_scale", Tensors.fromFloats(new float[1], 1)),
        "tensor log_scale: must be [], got [1]");
    refused(
        t -> t.put("text_length", Tensors.fromFloats(new float[5], 5)),
        "tensor text_length: must be I64, got F32");
    refused(
        t -> t.put("image_tokens", Tensors.fromInts(new int[720], 5, 9, 16)),
        "tensor image_tokens: must be F32 or F64, got I64");
    refused(
        t -> t.put("text_length", Tensors.fromInts(new int[] {7, 1, 8, 6, 2}, 5)),
        "tensor text_length: must be in [1, 7], got 8 at 2");
  }

  /** What is fp32 of a golden that was fp64 throughout; the least exact tensor decides. */
  @ParameterizedTest
  @CsvSource({
    "late-fp64.safetensors, image_tokens text_tokens",
    "late-fp64.safetensors, grad_image_tokens grad_text_tokens",
    "late-fp64.safetensors, text_tokens loss",
    "late-fp64.safetensors, log_scale",
    "global-fp64.safetensors, image_embeds grad_log_scale",
    "global-fp64.safetensors, grad_text_embeds"
  })
  void eachTensorMayHaveItsOwnType(String name, String single) throws IOException {
    Path mixed = changed(name, t -> cast(t, single, ScalarType.Float));
    ParityReport report = LossParity.compare(mixed);
    assertThat(report.firstDifference()).isEmpty();
    assertThat(report.stages()).hasSize(4).noneMatch(stage -> stage.name().startsWith("fp32."));
  }

  @Test
  void aMixedGoldenIsJudgedWithFp32sTolerance() throws IOException {
    Path wide =
        changed(
            "late-fp32.safetensors",
            t -> cast(t, "grad_image_tokens grad_text_tokens", ScalarType.Double));
    assertThat(LossParity.compare(wide).ok()).isTrue();
    Path wrong =
        changed(
            "late-fp32.safetensors",
            t -> {
              cast(t, "grad_image_tokens", ScalarType.Double);
              double[] g = Tensors.toDoubles(Objects.requireNonNull(t.get("grad_image_tokens")));
              g[3] += 0.01;
              t.put("grad_image_tokens", Tensors.fromDoubles(g, 5, 9, 16));
            });
    assertThat(LossParity.compare(wrong).firstDifference().orElseThrow().index())
        .containsExactly(0, 0, 3);
  }

  @Test
  void otherTypesAreRefusedWhereverTheyStand() throws IOException {
    for (String name : List.of("text_tokens", "grad_text_tokens", "loss", "log_scale")) {
      refused(
          t -> cast(t, name, ScalarType.Half), "tensor " + name + ": must be F32 or F64, got F16");
    }
  }

  private static void cast(Map<String, Tensor> tensors, String names, ScalarType type) {
    for (String name : names.split(" ", -1)) {
      tensors.put(name, Objects.requireNonNull(tensors.get(name)).to(type));
    }
  }

  @Test
  void nonFiniteInputIsNamed() throws IOException {
    refused(
        t -> t.put("image_tokens", Tensors.fromFloats(nans(720), 5, 9, 16)),
        "image tokens is not finite");
  }

  private static float[] nans(int count) {
    float[] x = new float[count];
    x[count - 1] = Float.NaN;
    return x;
  }

  @Test
  void anotherFormatIsNamed() throws IOException {
    Path file = folder.resolve("other.safetensors");
    try (StepScope _ = new StepScope()) {
      Safetensors.write(file, Map.of("x", Tensors.fromFloats(new float[1], 1)), Map.of());
    }
    assertThatThrownBy(() -> LossParity.compare(file))
        .isInstanceOf(BadInput.class)
        .hasMessage(file + ": metadata format must be filip-golden-loss/1, got nothing");
    Files.write(file, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> LossParity.compare(file)).isInstanceOf(BadInput.class);
  }

  private interface Change {
    void apply(Map<String, Tensor> tensors);
  }

  private void refused(Change change, String message) throws IOException {
    Path file = changed("late-fp32.safetensors", change);
    assertThatThrownBy(() -> LossParity.compare(file))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  private Path changed(String name, Change change) throws IOException {
    Path file = folder.resolve(name);
    try (StepScope _ = new StepScope();
        Safetensors golden = Safetensors.open(golden(name))) {
      Map<String, Tensor> tensors = new HashMap<>();
      golden.tensors().keySet().forEach(key -> tensors.put(key, golden.tensor(key)));
      change.apply(tensors);
      Safetensors.write(file, tensors, golden.metadata());
    }
    return file;
  }
}
