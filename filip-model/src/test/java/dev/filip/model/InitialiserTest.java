package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.ModelConfig;
import dev.filip.folder.Layout;
import dev.filip.tensor.Tensors;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InitialiserTest {
  private final ModelConfig config = Models.small84();

  private float[] draw(String name, long seed) {
    long[] shape = Objects.requireNonNull(Layout.of(config).get(name));
    return new Initialiser(config, seed).values(name, shape);
  }

  private double std(String name) {
    float[] values = draw(name, 1);
    double sum = 0;
    double squares = 0;
    for (float v : values) {
      sum += v;
      squares += (double) v * v;
    }
    double mean = sum / values.length;
    assertThat(mean).as(name).isCloseTo(0, within(0.02));
    return Math.sqrt(squares / values.length - mean * mean);
  }

  @Test
  void standardDeviationsAreClips() {
    String vision = "vision_model.encoder.layers.1.";
    String text = "text_model.encoder.layers.0.";
    assertThat(std(Layout.TOKENS)).isCloseTo(0.02, within(2e-4));
    assertThat(std(Layout.TEXT_POSITIONS)).isCloseTo(0.01, within(5e-4));
    assertThat(std(vision + "self_attn.q_proj.weight")).isCloseTo(0.125, within(4e-3));
    assertThat(std(vision + "self_attn.out_proj.weight"))
        .isCloseTo(0.125 / Math.sqrt(6), within(2e-3));
    assertThat(std(text + "mlp.fc2.weight")).isCloseTo(0.125 / Math.sqrt(4), within(2e-3));
    assertThat(std(text + "mlp.fc1.weight")).isCloseTo(1 / Math.sqrt(128), within(2e-3));
    assertThat(std(Layout.IMAGE_POSITIONS)).isCloseTo(0.125, within(6e-3));
    assertThat(std(Layout.IMAGE_PROJECTION)).isCloseTo(0.125, within(4e-3));
    double bound = 1 / Math.sqrt(3 * 14 * 14);
    assertThat(std(Layout.PATCHES)).isCloseTo(bound / Math.sqrt(3), within(5e-4));
  }

  @Test
  void biasesAreZeroNormsAreOneAndTheScaleIsThePapers() {
    assertThat(draw("text_model.final_layer_norm.weight", 1)).containsOnly(1);
    assertThat(draw("text_model.final_layer_norm.bias", 1)).containsOnly(0);
    assertThat(draw("vision_model.encoder.layers.0.mlp.fc1.bias", 1)).containsOnly(0);
    assertThat((double) draw(Layout.LOGIT_SCALE, 1)[0]).isCloseTo(Math.log(1 / 0.07), within(1e-6));
  }

  @Test
  void aSeedGivesTheSameBitsAndAnotherOthers() {
    try (FilipModel a = FilipModel.create(config, 7);
        FilipModel b = FilipModel.create(config, 7);
        FilipModel c = FilipModel.create(config, 8)) {
      for (String name : a.parameters().names()) {
        float[] values = Tensors.toFloats(a.parameters().get(name));
        assertThat(Tensors.toFloats(b.parameters().get(name))).as(name).isEqualTo(values);
      }
      assertThat(Tensors.toFloats(c.parameters().get(Layout.CLS)))
          .isNotEqualTo(Tensors.toFloats(a.parameters().get(Layout.CLS)));
      assertThat(draw("vision_model.encoder.layers.0.self_attn.q_proj.weight", 7))
          .isNotEqualTo(draw("vision_model.encoder.layers.1.self_attn.q_proj.weight", 7));
    }
  }
}
