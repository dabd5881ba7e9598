package dev.filip.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.io.BadInput;
import dev.filip.parity.ModelParity.Tolerance;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goldens that are none for a model are refused in one line; coarse ones are accepted. */
class ModelGoldenTest {
  private static final Path FOLDER = ModelParityTest.folder("quick");
  @TempDir private Path folder;

  private ParityReport compare(String format, Consumer<Map<String, Tensor>> change)
      throws IOException {
    Path file = folder.resolve("changed.safetensors");
    try (LoadedModel loaded = ModelFolder.load(FOLDER);
        Safetensors golden = Safetensors.open(FOLDER.resolve("golden.safetensors"));
        var _ = new StepScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      golden.tensors().keySet().forEach(n -> tensors.put(n, golden.tensor(n)));
      change.accept(tensors);
      Safetensors.write(file, tensors, Map.of("format", format));
      return ModelParity.compare(loaded.model(), file, Tolerance.FP32);
    }
  }

  private void refused(String message, Consumer<Map<String, Tensor>> change) {
    assertThatThrownBy(() -> compare(ModelGolden.FORMAT, change))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void whatFitsNoModelIsRefused() {
    assertThatThrownBy(() -> compare("other/1", _ -> {})).hasMessageContaining("other/1");
    refused("without pixel_values", t -> t.remove("pixel_values"));
    refused("tensor text_length: it is missing", t -> t.remove("text_length"));
    refused("holds 23, the vocabulary has 23", t -> at(t, "input_ids").fill_(new Scalar(23)));
    refused("holds 0, must be 1 to 9", t -> at(t, "text_length").fill_(new Scalar(0)));
    refused("holds 10, must be 1 to 9", t -> at(t, "text_length").fill_(new Scalar(10)));
    refused("image_embeds[0, 0]: holds NaN", t -> nan(at(t, "image_embeds")));
    refused("pixel_values: holds NaN", t -> nan(at(t, "pixel_values")));
    refused("blocks 0 to 1", t -> t.put("vision.block.2", at(t, "vision.block.0")));
    refused("s_image: must be [3, 4]", t -> t.put("s_image", at(t, "s_image").t()));
    refused("[i, 3, 12, 12]", t -> t.put("pixel_values", at(t, "pixel_values").narrow(2, 0, 8)));
    refused("must be whole numbers, got F32", t -> to(t, "input_ids", ScalarType.Float));
    refused("nothing to compare", t -> t.keySet().retainAll(java.util.Set.of("pixel_values")));
  }

  @Test
  void whatTheGoldenLacksIsSaid() throws IOException {
    ParityReport report =
        compare(
            ModelGolden.FORMAT,
            t -> t.keySet().retainAll(java.util.Set.of("pixel_values", "image_embeds")));
    assertThat(report.ok()).isTrue();
    assertThat(report.stages()).hasSize(1);
    assertThat(report.notCompared())
        .contains("image_tokens", "vision.block.1", "text_tokens", "text_embeds", "s_text");
  }

  @Test
  void coarseNumberTypesGetTheirRounding() throws IOException {
    for (ScalarType type : new ScalarType[] {ScalarType.Half, ScalarType.BFloat16}) {
      ParityReport report =
          compare(
              ModelGolden.FORMAT,
              t ->
                  t.keySet().stream()
                      .filter(n -> n.contains("_tokens"))
                      .forEach(n -> to(t, n, type)));
      assertThat(report.firstDifference()).isEmpty();
    }
    assertThat(compare(ModelGolden.FORMAT, t -> to(t, "s_text", ScalarType.Double)).ok()).isTrue();
  }

  @Test
  void ourNanIsADifference() {
    var stage =
        ParityCheck.compare(
            "x", new double[] {Double.NaN}, new double[] {1}, new long[] {1}, _ -> true, 9, 9);
    assertThat(stage.ok()).isFalse();
    assertThat(stage.maxAbs()).isNaN();
  }

  private static void to(Map<String, Tensor> tensors, String name, ScalarType type) {
    Tensor tensor = tensors.get(name);
    if (tensor != null) {
      tensors.put(name, tensor.to(type));
    }
  }

  private static Tensor at(Map<String, Tensor> tensors, String name) {
    return java.util.Objects.requireNonNull(tensors.get(name), name);
  }

  private static void nan(Tensor tensor) {
    Tensors.toFloats(tensor.fill_(new Scalar(Double.NaN)));
  }
}
