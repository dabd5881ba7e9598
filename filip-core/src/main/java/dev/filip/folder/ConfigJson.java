package dev.filip.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.TextPooling;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.Locale;

/**
 * {@code config.json} of a Hugging Face folder with our block {@code filip}: {@code CLIPModel}, or
 * {@code VisionTextDualEncoderModel} of a SigLIP image tower and a CLIP text tower. What such
 * folders leave out has transformers' defaults; without the block a model is global.
 */
public final class ConfigJson {
  private static final String CLIP = "clip";
  private static final String DUAL = "vision-text-dual-encoder";

  /** A type of our own: transformers would normalise, and must not open it as a CLIP. */
  private static final String DECLIP = "filip-declip";

  /** Its key, and the value with which transformers pools texts at the largest id. */
  private static final String EOS = "eos_token_id";

  public static final int POOLED_AT_LARGEST = 2;

  /** What transformers takes where nothing is said. */
  private static final int CLIPS_EOS = 49407;

  private final String file;
  private final JsonNode root;

  private ConfigJson(String file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /** Writes; {@code trained} is the provenance and may be empty. */
  public static ObjectNode write(ModelConfig config, int bos, int eos, JsonNode trained) {
    ObjectNode root = Json.object();
    VisionConfig v = config.vision();
    boolean clip = v.kind() != VisionKind.SIGLIP;
    root.putArray("architectures").add(architecture(config));
    root.put("model_type", modelType(v.kind()));
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
    int pooled = t.pooling() == TextPooling.LARGEST_ID ? POOLED_AT_LARGEST : eos;
    text.put("bos_token_id", bos).put(EOS, pooled).put("pad_token_id", eos);
    ObjectNode vision = root.putObject("vision_config").put("model_type", type(v.kind()));
    tower(vision, v.width(), v.layers(), v.heads(), v.blocks());
    if (clip) {
      vision.put("projection_dim", config.embedDim());
    } else {
      vision.put("vision_use_head", true);
    }
    vision.put("image_size", v.imageSize()).put("patch_size", v.patchSize()).put("num_channels", 3);
    root.set("filip", block(config, trained));
    return root;
  }

  /** The class of transformers that opens it; of a DeCLIP tower there is none. */
  public static String architecture(ModelConfig config) {
    return switch (config.vision().kind()) {
      case CLIP -> "CLIPModel";
      case SIGLIP -> "VisionTextDualEncoderModel";
      case DECLIP -> "FilipDeclipModel";
    };
  }

  private static String modelType(VisionKind kind) {
    return switch (kind) {
      case CLIP -> CLIP;
      case SIGLIP -> DUAL;
      case DECLIP -> DECLIP;
    };
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
  public static ModelConfig read(String file, JsonNode root) {
    return new ConfigJson(file, root).config();
  }

  private ModelConfig config() {
    VisionKind kind = kind();
    JsonNode text = part("text_config");
    return policies(
        root.path("filip"),
        new ModelConfig(
            vision(kind, part("vision_config"), "vision_config"),
            new TextConfig(
                number(text, "text_config", "hidden_size", 512),
                number(text, "text_config", "num_hidden_layers", 12),
                number(text, "text_config", "num_attention_heads", 8),
                number(text, "text_config", "max_position_embeddings", 77),
                number(text, "text_config", "vocab_size", 49408),
                blocks(text, "text_config", BlockForm.clip(512, Activation.QUICK_GELU)),
                eos(text) == POOLED_AT_LARGEST ? TextPooling.LARGEST_ID : TextPooling.EOS),
            number(root, "", "projection_dim", 512),
            Interaction.GLOBAL,
            false,
            TextBehaviour.TRANSFORMERS,
            PixelBehaviour.TRANSFORMERS));
  }

  /**
   * A tower's part: where older folders have {@code text_config_dict} beside {@code text_config},
   * transformers takes all of it, with defaults for what it lacks.
   */
  private JsonNode part(String name) {
    String older = name + "_dict";
    boolean given = root.path("model_type").asText(CLIP).equals(CLIP) && root.hasNonNull(older);
    JsonNode part = root.path(given ? older : name);
    boolean none = part.isMissingNode() || part.isNull();
    require(none || part.isObject(), given ? older : name, part, "an object");
    return part;
  }

  private int eos(JsonNode text) {
    JsonNode value = text.path(EOS);
    require(!value.isNull(), "text_config." + EOS, value, "an id");
    return number(text, "text_config", EOS, CLIPS_EOS);
  }

  /** The id at which transformers pools texts; {@link #POOLED_AT_LARGEST} is none. */
  static int eos(String file, JsonNode root) {
    ConfigJson config = new ConfigJson(file, root);
    return config.eos(config.part("text_config"));
  }

  /** The same towers with the policies of a block {@code filip}; what it lacks stays. */
  static ModelConfig policies(String file, JsonNode block, ModelConfig config) {
    return new ConfigJson(file, block).policies(block, config);
  }

  private ModelConfig policies(JsonNode block, ModelConfig config) {
    return new ModelConfig(
        config.vision(),
        config.text(),
        config.embedDim(),
        choice(Interaction.class, block, "interaction", config.interaction()),
        block.path("cls").asBoolean(config.cls()),
        choice(TextBehaviour.class, block, "text", config.textBehaviour()),
        choice(PixelBehaviour.class, block, "pixels", config.pixelBehaviour()));
  }

  private VisionKind kind() {
    String type = root.path("model_type").asText(CLIP);
    if (type.equals(CLIP)) {
      return VisionKind.CLIP;
    }
    if (type.equals(DECLIP)) {
      return VisionKind.DECLIP;
    }
    String hint = type.startsWith("siglip") ? " (filip import makes a model of it)" : "";
    require(type.equals(DUAL), "model_type", type + hint, CLIP + " or " + DUAL);
    String image = root.path("vision_config").path("model_type").asText();
    String siglip = type(VisionKind.SIGLIP);
    require(image.equals(siglip), "vision_config.model_type", image, siglip + " in a " + DUAL);
    String text = root.path("text_config").path("model_type").asText();
    require(
        text.equals("clip_text_model"),
        "text_config.model_type",
        text,
        "clip_text_model in a " + DUAL);
    return VisionKind.SIGLIP;
  }

  private static String type(VisionKind kind) {
    return word(kind) + "_vision_model";
  }

  /**
   * An image tower's part of a config.
   *
   * @param file for messages
   * @param name the part's key, for messages
   */
  static VisionConfig vision(String file, VisionKind kind, JsonNode vision, String name) {
    return new ConfigJson(file, vision).vision(kind, vision, name);
  }

  private VisionConfig vision(VisionKind kind, JsonNode vision, String name) {
    require(
        number(vision, name, "num_channels", 3) == 3,
        name + ".num_channels",
        vision.path("num_channels"),
        "3");
    boolean head = vision.path("vision_use_head").asBoolean(true);
    require(head, name + ".vision_use_head", head, "true");
    return new VisionConfig(
        kind,
        number(vision, name, "image_size", 224),
        number(vision, name, "patch_size", kind == VisionKind.SIGLIP ? 16 : 32),
        number(vision, name, "hidden_size", 768),
        number(vision, name, "num_hidden_layers", 12),
        number(vision, name, "num_attention_heads", 12),
        blocks(vision, name, kind.blocks(768)));
  }

  /** {@code otherwise} is transformers' default. */
  private BlockForm blocks(JsonNode tower, String name, BlockForm otherwise) {
    int inner = number(tower, name, "intermediate_size", otherwise.intermediateSize());
    require(inner > 0, name + ".intermediate_size", inner, "> 0");
    double eps = tower.path("layer_norm_eps").asDouble(otherwise.layerNormEps());
    require(eps > 0 && eps < 1, name + ".layer_norm_eps", tower.path("layer_norm_eps"), "in (0,1)");
    return new BlockForm(inner, activation(tower, name, otherwise.activation()), eps);
  }

  private Activation activation(JsonNode tower, String name, Activation otherwise) {
    String word = tower.path("hidden_act").asText(word(otherwise));
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
