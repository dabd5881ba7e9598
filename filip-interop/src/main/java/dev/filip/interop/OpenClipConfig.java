package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code model_cfg} of {@code open_clip_config.json}. A key we do not compute is refused unless it
 * has open_clip's default.
 */
record OpenClipConfig(Path file, JsonNode model) {
  private static final Set<String> TOP =
      Set.of(
          "embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "custom_text", "init_logit_scale");
  private static final Set<String> VISION =
      Set.of(
          "image_size",
          "layers",
          "width",
          "patch_size",
          "head_width",
          "mlp_ratio",
          "norm_kwargs",
          "act_kwargs",
          "patch_dropout",
          "output_tokens");
  private static final Set<String> TEXT =
      Set.of(
          "context_length",
          "vocab_size",
          "width",
          "heads",
          "layers",
          "mlp_ratio",
          "norm_kwargs",
          "act_kwargs",
          "output_tokens",
          "hf_tokenizer_name",
          "pool_type",
          "eos_id");

  /** What open_clip's keys mean when they are given with their own default. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "pool_type", "tok",
          "pos_embed_type", "learnable",
          "proj_type", "linear",
          "pad_id", "0");

  /** The model; global, text and pixels as open_clip, text by the tokenizer it would take. */
  ModelConfig read() {
    require(model.isObject(), "model_cfg", model.getNodeType(), "an object");
    JsonNode vision = model.path("vision_cfg");
    JsonNode text = model.path("text_cfg");
    known("", model, TOP);
    known("vision_cfg.", vision, VISION);
    known("text_cfg.", text, TEXT);
    eos();
    Activation activation =
        model.path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU;
    int width = number("vision_cfg", vision, "width", 768);
    int head = number("vision_cfg", vision, "head_width", 64);
    require(width % head == 0, "vision_cfg.width", width, "a multiple of head_width " + head);
    int words = number("text_cfg", text, "width", 512);
    return new ModelConfig(
        new VisionConfig(
            number("vision_cfg", vision, "image_size", 224),
            number("vision_cfg", vision, "patch_size", 16),
            width,
            number("vision_cfg", vision, "layers", 12),
            width / head,
            form("vision_cfg.", vision, width, activation)),
        new TextConfig(
            words,
            number("text_cfg", text, "layers", 12),
            number("text_cfg", text, "heads", 8),
            number("text_cfg", text, "context_length", 77),
            number("text_cfg", text, "vocab_size", 49408),
            form("text_cfg.", text, words, activation)),
        number("model_cfg", model, "embed_dim", 0),
        Interaction.GLOBAL,
        false,
        textBehaviour(text.path("hf_tokenizer_name")),
        PixelBehaviour.OPEN_CLIP);
  }

  // as open_clip's get_tokenizer: HFTokenizer wherever a name is given, an empty one is none
  private TextBehaviour textBehaviour(JsonNode name) {
    boolean none = name.isMissingNode() || name.isNull();
    require(none || name.isTextual(), "text_cfg.hf_tokenizer_name", name, "a text");
    return name.asText("").isEmpty() || none ? TextBehaviour.OPEN_CLIP : TextBehaviour.OPEN_CLIP_HF;
  }

  /** The id at which texts are pooled; none: at their largest. */
  OptionalInt eos() {
    JsonNode text = model.path("text_cfg");
    String type = text.path("pool_type").asText("argmax");
    require(
        type.equals("argmax") || type.equals("eos"), "text_cfg.pool_type", type, "argmax or eos");
    int id = number("text_cfg", text, "eos_id", 2);
    return type.equals("eos") ? OptionalInt.of(id) : OptionalInt.empty();
  }

  /** Whether the config asks for {@code CustomTextCLIP}. */
  boolean customText() {
    return model.path("custom_text").asBoolean(false);
  }

  private BlockForm form(String parent, JsonNode tower, int width, Activation activation) {
    JsonNode norm = tower.path("norm_kwargs");
    JsonNode act = tower.path("act_kwargs");
    known(parent + "norm_kwargs.", norm, Set.of("eps"));
    known(parent + "act_kwargs.", act, Set.of("approximate"));
    String approximate = act.path("approximate").asText("none");
    boolean tanh = approximate.equals("tanh") && activation == Activation.GELU;
    require(
        tanh || approximate.equals("none"),
        parent + "act_kwargs.approximate",
        approximate,
        "none, or tanh without quick_gelu");
    int inner = (int) (width * tower.path("mlp_ratio").asDouble(4));
    return new BlockForm(
        inner, tanh ? Activation.GELU_PYTORCH_TANH : activation, norm.path("eps").asDouble(1e-5));
  }

  private void known(String prefix, JsonNode node, Set<String> keys) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      String standard = DEFAULTS.get(prefix.startsWith("text") ? "text." + key : key);
      String plain = standard == null ? DEFAULTS.get(key) : standard;
      boolean harmless =
          value.isNull()
              || value.isBoolean() && !value.booleanValue()
              || value.asText().equals(plain)
              || value.isObject() && value.isEmpty();
      if (!keys.contains(key) && !harmless) {
        throw new BadInput(
            file + ": model_cfg." + prefix + key + " " + value + ": is not what is computed here");
      }
    }
  }

  private int number(String parent, JsonNode node, String key, int otherwise) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      require(otherwise > 0, parent + "." + key, "nothing", "given");
      return otherwise;
    }
    require(
        value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0,
        parent + "." + key,
        value,
        "a whole number > 0");
    return value.intValue();
  }

  private void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw new BadInput(file + ": " + key + " must be " + rule + ", got " + value);
    }
  }
}
