package dev.filip.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.folder.Layout;
import dev.filip.io.BadInput;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LayerRatesTest {
  private final ParameterGroups.LayerRates rates = new ParameterGroups.LayerRates(0.5, 3, 2);

  @ParameterizedTest
  @CsvSource({
    "logit_scale, 1",
    "visual_projection.weight, 1",
    "text_model.final_layer_norm.bias, 1",
    "vision_model.post_layernorm.weight, 1",
    "vision_model.encoder.layers.2.mlp.fc1.weight, 0.5",
    "vision_model.encoder.layers.0.layer_norm1.bias, 0.125",
    "vision_model.pre_layrnorm.weight, 0.0625",
    "vision_model.embeddings.class_embedding, 0.0625",
    "text_model.encoder.layers.1.self_attn.q_proj.lora_A.weight, 0.5",
    "text_model.encoder.layers.0.self_attn.q_proj.weight, 0.25",
    "text_model.embeddings.token_embedding.weight, 0.125",
  })
  void ratesFallFromTheTopOfATowerToItsBottom(String name, double rate) {
    assertThat(rates.of(name)).isEqualTo(rate, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(VisionKind.class)
  void everyParameterOfAModelIsCovered(VisionKind kind) {
    ModelConfig model =
        new ModelConfig(
            new VisionConfig(kind, 8, 4, 8, 3, 2, BlockForm.clip(8, Activation.GELU)),
            new TextConfig(8, 2, 2, 6, 12),
            8,
            Activation.GELU,
            Interaction.LATE,
            false,
            TextBehaviour.TRANSFORMERS,
            PixelBehaviour.TRANSFORMERS);
    assertThat(Layout.of(model).keySet())
        .allSatisfy(name -> assertThat(rates.of(name)).isPositive());
  }

  @Test
  void whatNoRuleCoversIsAnError() {
    assertThatThrownBy(() -> rates.of("reduction.query"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reduction.query");
    assertThatThrownBy(() -> new ParameterGroups.LayerRates(0, 1, 1)).isInstanceOf(BadInput.class);
  }

  @Test
  void theLogSaysThem() {
    ParameterGroups groups = ParameterGroups.paper().with(rates);
    assertThat(groups.describe(List.of("logit_scale")))
        .isEqualTo(
            "decay: none; no decay: 1 temperature; layer decay 0.5: rates x 0.0625 (image"
                + " embeddings), 0.125 (text embeddings) to 1");
  }
}
