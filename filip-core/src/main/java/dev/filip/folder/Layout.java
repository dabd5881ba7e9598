package dev.filip.folder;

import dev.filip.config.BlockForm;
import dev.filip.config.ModelConfig;
import dev.filip.config.VisionConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names (Hugging Face's) and shapes of a model's parameters, in checkpoint order. */
public final class Layout {
  public static final String LOGIT_SCALE = "logit_scale";
  public static final String TOKENS = "text_model.embeddings.token_embedding.weight";
  public static final String TEXT_POSITIONS = "text_model.embeddings.position_embedding.weight";
  public static final String TEXT_PROJECTION = "text_projection.weight";
  public static final String CLS = "vision_model.embeddings.class_embedding";
  public static final String PATCH_EMBEDDING = "vision_model.embeddings.patch_embedding";
  public static final String PATCHES = PATCH_EMBEDDING + ".weight";
  public static final String IMAGE_BLOCKS = "vision_model.encoder";
  public static final String POOLING_HEAD = "vision_model.head";
  public static final String IMAGE_POSITIONS = "vision_model.embeddings.position_embedding.weight";
  public static final String IMAGE_PROJECTION = "visual_projection.weight";

  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  private Layout() {}

  /** All parameters of a model of this config, in order. */
  public static Map<String, long[]> of(ModelConfig config) {
    Layout layout = new Layout();
    long text = config.text().width();
    layout.put(LOGIT_SCALE);
    layout.put(TOKENS, config.text().vocabularySize(), text);
    layout.put(TEXT_POSITIONS, config.text().context(), text);
    layout.blocks("text_model", text, config.text().layers(), config.text().blocks());
    layout.norm("text_model.final_layer_norm", text);
    switch (config.vision().kind()) {
      case CLIP, DECLIP -> layout.clip(config.vision());
      case SIGLIP -> layout.siglip(config.vision());
    }
    layout.put(IMAGE_PROJECTION, config.embedDim(), config.vision().width());
    layout.put(TEXT_PROJECTION, config.embedDim(), text);
    return layout.shapes;
  }

  private void clip(VisionConfig vision) {
    long w = vision.width();
    put(CLS, w);
    put(PATCHES, w, 3, vision.patchSize(), vision.patchSize());
    put(IMAGE_POSITIONS, vision.positions(), w);
    norm("vision_model.pre_layrnorm", w);
    blocks("vision_model", w, vision.layers(), vision.blocks());
    norm("vision_model.post_layernorm", w);
  }

  private void siglip(VisionConfig vision) {
    long w = vision.width();
    put(PATCHES, w, 3, vision.patchSize(), vision.patchSize());
    put(PATCH_EMBEDDING + ".bias", w);
    put(IMAGE_POSITIONS, vision.positions(), w);
    blocks("vision_model", w, vision.layers(), vision.blocks());
    norm("vision_model.post_layernorm", w);
    put(POOLING_HEAD + ".probe", 1, 1, w);
    put(POOLING_HEAD + ".attention.in_proj_weight", 3 * w, w);
    put(POOLING_HEAD + ".attention.in_proj_bias", 3 * w);
    linear(POOLING_HEAD + ".attention.out_proj", w, w);
    norm(POOLING_HEAD + ".layernorm", w);
    mlp(POOLING_HEAD + ".mlp", w, vision.blocks());
  }

  private void blocks(String tower, long w, int count, BlockForm form) {
    for (int i = 0; i < count; i++) {
      String block = tower + ".encoder.layers." + i;
      for (String part : new String[] {"k_proj", "v_proj", "q_proj", "out_proj"}) {
        linear(block + ".self_attn." + part, w, w);
      }
      norm(block + ".layer_norm1", w);
      mlp(block + ".mlp", w, form);
      norm(block + ".layer_norm2", w);
    }
  }

  private void mlp(String name, long w, BlockForm form) {
    linear(name + ".fc1", form.intermediateSize(), w);
    linear(name + ".fc2", w, form.intermediateSize());
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
