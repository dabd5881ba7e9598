package dev.filip.model;

import dev.filip.config.BlockForm;
import dev.filip.config.ModelConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names (Hugging Face's) and shapes of a model's parameters, in checkpoint order. */
public final class Layout {
  static final String LOGIT_SCALE = "logit_scale";
  static final String TOKENS = "text_model.embeddings.token_embedding.weight";
  static final String TEXT_POSITIONS = "text_model.embeddings.position_embedding.weight";
  static final String TEXT_PROJECTION = "text_projection.weight";
  static final String CLS = "vision_model.embeddings.class_embedding";
  static final String PATCHES = "vision_model.embeddings.patch_embedding.weight";
  static final String IMAGE_POSITIONS = "vision_model.embeddings.position_embedding.weight";
  static final String IMAGE_PROJECTION = "visual_projection.weight";

  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  private Layout() {}

  /** All parameters of a model of this config, in order. */
  public static Map<String, long[]> of(ModelConfig config) {
    Layout layout = new Layout();
    long text = config.text().width();
    long image = config.vision().width();
    long patch = config.vision().patchSize();
    layout.put(LOGIT_SCALE);
    layout.put(TOKENS, config.text().vocabularySize(), text);
    layout.put(TEXT_POSITIONS, config.text().context(), text);
    layout.blocks("text_model", text, config.text().layers(), config.text().blocks());
    layout.norm("text_model.final_layer_norm", text);
    layout.put(CLS, image);
    layout.put(PATCHES, image, 3, patch, patch);
    layout.put(IMAGE_POSITIONS, config.vision().patches() + 1L, image);
    layout.norm("vision_model.pre_layrnorm", image);
    layout.blocks("vision_model", image, config.vision().layers(), config.vision().blocks());
    layout.norm("vision_model.post_layernorm", image);
    layout.put(IMAGE_PROJECTION, config.embedDim(), image);
    layout.put(TEXT_PROJECTION, config.embedDim(), text);
    return layout.shapes;
  }

  private void blocks(String tower, long w, int count, BlockForm form) {
    for (int i = 0; i < count; i++) {
      String block = tower + ".encoder.layers." + i;
      for (String part : new String[] {"k_proj", "v_proj", "q_proj", "out_proj"}) {
        linear(block + ".self_attn." + part, w, w);
      }
      norm(block + ".layer_norm1", w);
      linear(block + ".mlp.fc1", form.intermediateSize(), w);
      linear(block + ".mlp.fc2", w, form.intermediateSize());
      norm(block + ".layer_norm2", w);
    }
  }

  private void linear(String name, long out, long in) {
    put(name + ".weight", out, in);
    put(name + ".bias", out);
  }

  private void norm(String name, long w) {
    put(name + ".weight", w);
    put(name + ".bias", w);
  }

  private void put(String name, long... shape) {
    shapes.put(name, shape);
  }
}
