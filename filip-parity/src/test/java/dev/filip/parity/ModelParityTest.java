package dev.filip.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.model.FilipModel;
import dev.filip.parity.ModelParity.Tolerance;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Against transformers: compat/make_model_goldens.py and make_siglip_goldens.py made the folders.
 */
class ModelParityTest {
  private static final Tolerance TIGHT = new Tolerance(1e-5, 1e-4, 0);

  static Path folder(String name) {
    return Path.of("../filip-model/src/test/resources/golden/model", name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"quick", "gelu", "wide", "forms", "pooled", "siglip", "siglip_rest"})
  void everyStageAgreesWithTransformers(String name) {
    try (LoadedModel loaded = ModelFolder.load(folder(name))) {
      ParityReport report =
          ModelParity.compare(loaded.model(), folder(name).resolve("golden.safetensors"), TIGHT);

      assertThat(report.firstDifference()).isEmpty();
      assertThat(report.ok()).isTrue();
      assertThat(report.notCompared()).isEmpty();
      assertThat(report.stages())
          .hasSize(6 + loaded.config().vision().layers() + loaded.config().text().layers());
    }
  }

  @Test
  void aChangedWeightIsSeenAtTheStageItTouchesFirst() {
    try (LoadedModel loaded = ModelFolder.load(folder("quick"));
        var _ = new StepScope()) {
      Tensor weight = loaded.model().parameters().get("vision_model.encoder.layers.1.mlp.fc2.bias");
      weight.detach().add_(new Scalar(0.01));
      ParityReport report =
          ModelParity.compare(
              loaded.model(), folder("quick").resolve("golden.safetensors"), Tolerance.FP32);

      assertThat(report.ok()).isFalse();
      assertThat(report.firstDifference().orElseThrow().stage()).isEqualTo("vision.block.1");
      assertThat(report.toJson().path("first_difference").path("stage").asText())
          .isEqualTo("vision.block.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"quick", "gelu", "wide", "forms", "pooled", "siglip", "siglip_rest"})
  void positionsInterpolatedForTwiceTheSizeAgreeWithTransformers(String name) {
    Path golden = folder(name).resolve("golden.safetensors");
    try (LoadedModel loaded = ModelFolder.load(folder(name));
        Safetensors file = Safetensors.open(golden);
        FilipModel larger = loaded.model().resized(2 * loaded.config().vision().imageSize());
        var _ = new StepScope()) {
      Tensor pixels = file.tensor("resized_pixel_values");
      Tensor theirs =
          file.tensor("resized_image_tokens")
              .narrow(
                  1, larger.config().vision().kind().classTokens(), larger.config().imageTokens());
      Tensor unit =
          theirs.div(
              torch.linalg_vector_norm(
                  theirs,
                  new Scalar(2),
                  new long[] {-1},
                  true,
                  new org.bytedeco.pytorch.ScalarTypeOptional()));
      float[] ours = Tensors.toFloats(larger.images(pixels).tokens());
      assertThat(ours)
          .containsExactly(Tensors.toFloats(unit), org.assertj.core.data.Offset.offset(1e-5f));
    }
  }
}
