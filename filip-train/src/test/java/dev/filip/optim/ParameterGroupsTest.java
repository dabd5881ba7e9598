package dev.filip.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterGroupsTest {
  private final ParameterGroups groups = ParameterGroups.paper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vision_model.embeddings.patch_embedding.weight",
        "vision_model.encoder.layers.0.self_attn.q_proj.weight",
        "text_model.encoder.layers.11.self_attn.out_proj.weight",
        "text_model.encoder.layers.1.mlp.fc2.weight",
        "vision_model.head.attention.in_proj_weight",
        "visual_projection.weight",
        "text_projection.weight"
      })
  void matricesDecay(String name) {
    assertThat(groups.decays(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "logit_scale",
        "vision_model.encoder.layers.0.self_attn.q_proj.bias",
        "text_model.encoder.layers.0.layer_norm1.weight",
        "text_model.encoder.layers.0.layer_norm2.bias",
        "vision_model.pre_layrnorm.weight",
        "vision_model.post_layernorm.weight",
        "text_model.final_layer_norm.weight",
        "text_model.embeddings.token_embedding.weight",
        "text_model.embeddings.position_embedding.weight",
        "vision_model.head.attention.in_proj_bias",
        "vision_model.head.layernorm.weight",
        "vision_model.head.probe",
        "vision_model.embeddings.class_embedding"
      })
  void thePapersExemptionsDoNot(String name) {
    assertThat(groups.decays(name)).isFalse();
  }

  @Test
  void aParameterNoRuleCoversIsAnError() {
    assertThatThrownBy(() -> groups.decays("reduction.query"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reduction.query");
  }

  @Test
  void theFirstMatchCountsAndIsSaid() {
    ParameterGroups two =
        new ParameterGroups(
            List.of(
                ParameterGroups.GroupRule.of("a", false, "first"),
                ParameterGroups.GroupRule.of(".", true, "second")));
    assertThat(two.describe(List.of("a", "b"))).isEqualTo("decay: 1 second; no decay: 1 first");
  }
}
