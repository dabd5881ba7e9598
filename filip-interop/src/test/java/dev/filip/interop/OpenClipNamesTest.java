package dev.filip.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.ModelConfig;
import dev.filip.config.ModelPresets;
import dev.filip.folder.Layout;
import dev.filip.model.FilipModel;
import dev.filip.model.ParameterMap;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class OpenClipNamesTest {
  @Test
  void vitB32HasOpenClips302TensorsAndEveryOneOfOursOnce() {
    ModelConfig config = ModelPresets.get("clip-vit-b-32").withVocabulary(49408);
    Map<String, long[]> layout = Layout.of(config);
    List<TensorRule> rules = OpenClipNames.of(config);

    Set<String> theirs = new HashSet<>();
    Map<String, long[]> shapes = new HashMap<>();
    Set<String> ours = new HashSet<>();
    for (TensorRule rule : rules) {
      assertThat(theirs.add(rule.theirs())).as(rule.theirs()).isTrue();
      shapes.put(rule.theirs(), rule.theirShape(layout));
      rule.ours().forEach(name -> assertThat(ours.add(name)).as(name).isTrue());
    }
    assertThat(theirs).hasSize(302);
    assertThat(ours).isEqualTo(layout.keySet());
    assertThat(shapes.get("visual.proj")).containsExactly(768, 512);
    assertThat(shapes.get("visual.conv1.weight")).containsExactly(768, 3, 32, 32);
    assertThat(shapes.get("transformer.resblocks.11.attn.in_proj_weight"))
        .containsExactly(1536, 512);
    assertThat(shapes.get("transformer.resblocks.11.attn.in_proj_bias")).containsExactly(1536);
    assertThat(shapes.get("logit_scale")).isEmpty();
  }

  @Test
  void customTextPutsTheTextTowerUnderText() {
    ModelConfig config = ModelPresets.get("clip-vit-b-32").withVocabulary(49408);
    assertThat(OpenClipNames.ofCustomText(config).stream().map(TensorRule::theirs))
        .hasSize(302)
        .contains("text.positional_embedding", "text.text_projection", "text.ln_final.bias")
        .contains("logit_scale", "visual.proj", "text.transformer.resblocks.0.ln_1.weight")
        .doesNotContain("positional_embedding", "text.visual.proj", "text.logit_scale");
  }

  @Test
  void thereAndBackAgainIsTheSameNumbers() {
    ModelConfig config = ModelPresets.get("vit-tiny-84").withVocabulary(40);
    try (FilipModel model = FilipModel.create(config, 3);
        var _ = new StepScope()) {
      ParameterMap own = model.parameters();
      for (TensorRule rule : OpenClipNames.of(config)) {
        Tensor theirs = rule.toTheirs(own::get);
        assertThat(Tensors.shape(theirs)).isEqualTo(rule.theirShape(Layout.of(config)));
        for (String name : rule.ours()) {
          assertThat(Tensors.toFloats(rule.toOurs(name, theirs)))
              .as(name)
              .isEqualTo(Tensors.toFloats(own.get(name)));
        }
      }
    }
  }
}
