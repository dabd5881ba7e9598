package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Activation;
import dev.filip.config.Behaviour;
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
  private static final double EPS = 1e-5;
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
    tower(text, config, t.width(), t.layers(), t.heads());
    text.put("vocab_size", t.vocabularySize());
    text.put("max_position_embeddings", t.context());
    text.put("bos_token_id", bos).put("eos_token_id", eos).put("pad_token_id", eos);
    ObjectNode vision = root.putObject("vision_config").put("model_type", "clip_vision_model");
    VisionConfig v = config.vision();
    tower(vision, config, v.width(), v.layers(), v.heads());
    vision.put("image_size", v.imageSize()).put("patch_size", v.patchSize()).put("num_channels", 3);
    root.set("filip", block(config, trained));
    return root;
  }

  private static void tower(ObjectNode node, ModelConfig config, int width, int layers, int heads) {
    node.put("hidden_size", width);
    node.put("intermediate_size", 4 * width);
    node.put("num_hidden_layers", layers);
    node.put("num_attention_heads", heads);
    node.put("projection_dim", config.embedDim());
    node.put("hidden_act", config.activation() == Activation.GELU ? "gelu" : "quick_gelu");
    node.put("layer_norm_eps", EPS);
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
    Activation activation = activation(vision, "vision_config");
    require(
        activation == activation(text, "text_config"),
        "text_config.hidden_act",
        text.path("hidden_act"),
        "the same as vision_config's");
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
            width(vision, "vision_config", 768),
            number(vision, "vision_config", "num_hidden_layers", 12),
            number(vision, "vision_config", "num_attention_heads", 12)),
        new TextConfig(
            width(text, "text_config", 512),
            number(text, "text_config", "num_hidden_layers", 12),
            number(text, "text_config", "num_attention_heads", 8),
            number(text, "text_config", "max_position_embeddings", 77),
            number(text, "text_config", "vocab_size", 49408)),
        number(root, "", "projection_dim", 512),
        activation,
        choice(Interaction.class, block, "interaction", Interaction.GLOBAL),
        block.path("cls").asBoolean(false),
        choice(Behaviour.class, block, "text", Behaviour.TRANSFORMERS),
        choice(Behaviour.class, block, "pixels", Behaviour.TRANSFORMERS));
  }

  private Activation activation(JsonNode tower, String name) {
    String word = tower.path("hidden_act").asText("quick_gelu");
    require(
        word.equals("quick_gelu") || word.equals("gelu"),
        name + ".hidden_act",
        word,
        "quick_gelu or gelu");
    return word.equals("gelu") ? Activation.GELU : Activation.QUICK_GELU;
  }

  private int width(JsonNode tower, String name, int otherwise) {
    int width = number(tower, name, "hidden_size", otherwise);
    int inner = number(tower, name, "intermediate_size", 4 * otherwise);
    require(inner == 4 * width, name + ".intermediate_size", inner, "4 x hidden_size " + width);
    double eps = tower.path("layer_norm_eps").asDouble(EPS);
    require(eps == EPS, name + ".layer_norm_eps", eps, "1e-5");
    return width;
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
