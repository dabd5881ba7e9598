package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Activation;
import dev.filip.config.Behaviour;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.Locale;

/**
 * {@code config.json} of a Hugging Face CLIP folder with our block {@code filip}. What other CLIP
 * folders leave out has transformers' defaults; without the block a model is global.
 */
final class ConfigJson {
  private final String file;
  private final JsonNode root;

  private ConfigJson(String file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /** Writes; {@code trained} is the provenance and may be empty. */
  static ObjectNode write(ModelConfig config, int bos, int eos, JsonNode trained) {
    ObjectNode root = Json.object();
    root.putArray("architectures").add("CLIPModel");
    root.put("model_type", "clip");
    root.put("projection_dim", config.embedDim());
    root.put("logit_scale_init_value", 2.6592);
    root.put("initializer_factor", 1.0);
    root.put("torch_dtype", "float32");
    ObjectNode text = root.putObject("text_config").put("model_type", "clip_text_model");
    TextConfig t = config.text();
    tower(text, t.width(), t.layers(), t.heads(), t.blocks());
    text.put("projection_dim", config.embedDim());
    text.put("vocab_size", t.vocabularySize());
    text.put("max_position_embeddings", t.context());
    text.put("bos_token_id", bos).put("eos_token_id", eos).put("pad_token_id", eos);
    ObjectNode vision = root.putObject("vision_config").put("model_type", "clip_vision_model");
    VisionConfig v = config.vision();
    tower(vision, v.width(), v.layers(), v.heads(), v.blocks());
    vision.put("projection_dim", config.embedDim());
    vision.put("image_size", v.imageSize()).put("patch_size", v.patchSize()).put("num_channels", 3);
    root.set("filip", block(config, trained));
    return root;
  }

  private static void tower(ObjectNode node, int width, int layers, int heads, BlockForm blocks) {
    node.put("hidden_size", width);
    node.put("intermediate_size", blocks.intermediateSize());
    node.put("num_hidden_layers", layers);
    node.put("num_attention_heads", heads);
    node.put("hidden_act", word(blocks.activation()));
    node.put("layer_norm_eps", blocks.layerNormEps());
  }

  private static ObjectNode block(ModelConfig config, JsonNode trained) {
    ObjectNode block = Json.object();
    block.put("interaction", word(config.interaction()));
    block.put("cls", config.cls());
    block.put("text", word(config.textBehaviour()));
    block.put("pixels", word(config.pixelBehaviour()));
    if (!trained.isEmpty()) {
      block.set("trained", trained);
    }
    return block;
  }

  /** Reads; what we cannot compute is refused with its key. */
  static ModelConfig read(String file, JsonNode root) {
    return new ConfigJson(file, root).config();
  }

  private ModelConfig config() {
    String type = root.path("model_type").asText("clip");
    require(type.equals("clip"), "model_type", type, "clip");
    JsonNode text = root.path("text_config");
    JsonNode vision = root.path("vision_config");
    require(
        number(vision, "vision_config", "num_channels", 3) == 3,
        "vision_config.num_channels",
        vision.path("num_channels"),
        "3");
    JsonNode block = root.path("filip");
    return new ModelConfig(
        new VisionConfig(
            number(vision, "vision_config", "image_size", 224),
            number(vision, "vision_config", "patch_size", 32),
            number(vision, "vision_config", "hidden_size", 768),
            number(vision, "vision_config", "num_hidden_layers", 12),
            number(vision, "vision_config", "num_attention_heads", 12),
            blocks(vision, "vision_config", 3072)),
        new TextConfig(
            number(text, "text_config", "hidden_size", 512),
            number(text, "text_config", "num_hidden_layers", 12),
            number(text, "text_config", "num_attention_heads", 8),
            number(text, "text_config", "max_position_embeddings", 77),
            number(text, "text_config", "vocab_size", 49408),
            blocks(text, "text_config", 2048)),
        number(root, "", "projection_dim", 512),
        choice(Interaction.class, block, "interaction", Interaction.GLOBAL),
        block.path("cls").asBoolean(false),
        choice(Behaviour.class, block, "text", Behaviour.TRANSFORMERS),
        choice(Behaviour.class, block, "pixels", Behaviour.TRANSFORMERS));
  }

  private BlockForm blocks(JsonNode tower, String name, int otherwise) {
    int inner = number(tower, name, "intermediate_size", otherwise);
    require(inner > 0, name + ".intermediate_size", inner, "> 0");
    double eps = tower.path("layer_norm_eps").asDouble(1e-5);
    require(eps > 0 && eps < 1, name + ".layer_norm_eps", tower.path("layer_norm_eps"), "in (0,1)");
    return new BlockForm(inner, activation(tower, name), eps);
  }

  private Activation activation(JsonNode tower, String name) {
    String word = tower.path("hidden_act").asText("quick_gelu");
    for (Activation known : Activation.values()) {
      if (word(known).equals(word)) {
        return known;
      }
    }
    String rule = "quick_gelu, gelu or gelu_pytorch_tanh";
    throw new BadInput(file + ": " + name + ".hidden_act must be " + rule + ", got " + word);
  }

  private int number(JsonNode node, String parent, String key, int otherwise) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    require(
        value.isIntegralNumber() && value.canConvertToInt(),
        parent.isEmpty() ? key : parent + "." + key,
        value,
        "a whole number");
    return value.intValue();
  }

  private <E extends Enum<E>> E choice(Class<E> type, JsonNode block, String key, E otherwise) {
    JsonNode value = block.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    for (E choice : type.getEnumConstants()) {
      if (word(choice).equals(value.asText())) {
        return choice;
      }
    }
    throw new BadInput(file + ": filip." + key + " has the unknown value " + value);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw new BadInput(file + ": " + key + " must be " + rule + ", got " + value);
    }
  }
}
