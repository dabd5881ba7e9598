package dev.filip.interop;

import dev.filip.config.ModelConfig;
import dev.filip.config.VisionKind;
import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names of open_clip (and OpenAI's code) beside ours, in both directions: {@code in_proj} holds
 * q, k and v, the two projections are transposed. Checked against open_clip 3.3.
 */
public final class OpenClipNames {
  private final List<TensorRule> rules = new ArrayList<>();

  private OpenClipNames() {}

  /** One rule a tensor, in the order of open_clip's {@code state_dict()}: class {@code CLIP}. */
  public static List<TensorRule> of(ModelConfig config) {
    BadInput.require(
        config.vision().kind() == VisionKind.CLIP,
        "vision.kind",
        ImportOptions.Said.word(config.vision().kind()),
        "clip: open_clip's classes of this form compute no other image tower");
    OpenClipNames names = new OpenClipNames();
    names.same("positional_embedding", "text_model.embeddings.position_embedding.weight");
    names.rules.add(TensorRule.transposed("text_projection", "text_projection.weight"));
    names.same("logit_scale", "logit_scale");
    names.image(config.vision().layers());
    names.blocks("transformer", "text_model", config.text().layers());
    names.same("token_embedding.weight", "text_model.embeddings.token_embedding.weight");
    names.linear("ln_final", "text_model.final_layer_norm");
    return List.copyOf(names.rules);
  }

  /**
   * The same with the text tower's names under {@code text.}: class {@code CustomTextCLIP}, which
   * open_clip also makes of a config with {@code custom_text}.
   */
  public static List<TensorRule> ofCustomText(ModelConfig config) {
    return of(config).stream()
        .map(rule -> isText(rule.theirs()) ? rule.renamed("text." + rule.theirs()) : rule)
        .toList();
  }

  private static boolean isText(String theirs) {
    return !theirs.startsWith("visual.") && !theirs.equals("logit_scale");
  }

  private void image(int layers) {
    same("visual.class_embedding", "vision_model.embeddings.class_embedding");
    same("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight");
    rules.add(TensorRule.transposed("visual.proj", "visual_projection.weight"));
    same("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight");
    linear("visual.ln_pre", "vision_model.pre_layrnorm");
    blocks("visual.transformer", "vision_model", layers);
    linear("visual.ln_post", "vision_model.post_layernorm");
  }

  private void blocks(String theirs, String ours, int layers) {
    for (int i = 0; i < layers; i++) {
      block(theirs + ".resblocks." + i, ours + ".encoder.layers." + i);
    }
  }

  private void block(String theirs, String ours) {
    linear(theirs + ".ln_1", ours + ".layer_norm1");
    for (String kind : List.of("weight", "bias")) {
      List<String> parts =
          Stream.of("q", "k", "v").map(p -> ours + ".self_attn." + p + "_proj." + kind).toList();
      rules.add(TensorRule.stacked(theirs + ".attn.in_proj_" + kind, parts));
    }
    linear(theirs + ".attn.out_proj", ours + ".self_attn.out_proj");
    linear(theirs + ".ln_2", ours + ".layer_norm2");
    linear(theirs + ".mlp.c_fc", ours + ".mlp.fc1");
    linear(theirs + ".mlp.c_proj", ours + ".mlp.fc2");
  }

  private void linear(String theirs, String ours) {
    same(theirs + ".weight", ours + ".weight");
    same(theirs + ".bias", ours + ".bias");
  }

  private void same(String theirs, String ours) {
    rules.add(TensorRule.same(theirs, ours));
  }
}
