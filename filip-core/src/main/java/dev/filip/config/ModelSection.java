package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The {@code model} key: a preset's name, a model folder, or sizes. */
final class ModelSection {
  static final Set<String> KEYS =
      Choices.of(
          "image_size",
          "patch_size",
          "vision",
          "text",
          "embed_dim",
          "activation",
          "cls",
          "text_behaviour",
          "pixel_behaviour");
  private static final Set<String> VISION =
      Choices.of(
          "kind", "width", "layers", "heads", "intermediate_size", "activation", "layer_norm_eps");
  private static final Set<String> TEXT =
      Choices.of(
          "width",
          "layers",
          "heads",
          "context",
          "intermediate_size",
          "activation",
          "layer_norm_eps");
  private static final int HEAD = 64;

  private ModelSection() {}

  /** {@code imageSize} is another one than the folder's. */
  static ModelChoice read(ConfigNode model, Optional<ConfigNode> imageSize) {
    ModelChoice choice = read(model);
    if (imageSize.isEmpty()) {
      return choice;
    }
    if (!(choice instanceof ModelChoice.Folder(String path, _))) {
      throw imageSize.get().wrong("left out unless model is a model folder (it has its own size)");
    }
    return new ModelChoice.Folder(path, OptionalInt.of(imageSize.get().integer()));
  }

  private static ModelChoice read(ConfigNode model) {
    if (model.node().isObject()) {
      return new ModelChoice.Sizes(sizes(model.map(KEYS)));
    }
    String name = model.text();
    if (ModelPresets.names().contains(name)) {
      return new ModelChoice.Preset(name);
    }
    if (Files.isDirectory(Path.of(name))) {
      return new ModelChoice.Folder(name, OptionalInt.empty());
    }
    throw BadInput.of(
        "model",
        name,
        "a preset ("
            + String.join(", ", ModelPresets.names())
            + "), an existing model folder, or sizes"
            + Choices.hint(ModelPresets.names(), name));
  }

  /** The interaction a model has when the config does not say. */
  static Interaction interaction(ModelChoice model) {
    return switch (model) {
      case ModelChoice.Preset(String name) -> ModelPresets.get(name).interaction();
      case ModelChoice.Sizes(ModelConfig config) -> config.interaction();
      case ModelChoice.Folder(String path, _) -> stored(Path.of(path).resolve("config.json"));
    };
  }

  // a CLIP folder without our block is global
  private static Interaction stored(Path file) {
    JsonNode kind = Json.read(file).path("filip").path("interaction");
    return kind.isMissingNode()
        ? Interaction.GLOBAL
        : new ConfigNode(file + ": filip.interaction", kind).choice(Interaction.class);
  }

  private static ModelConfig sizes(ConfigNode model) {
    ConfigNode vision = model.required("vision").map(VISION);
    ConfigNode text = model.required("text").map(TEXT);
    int imageSize = positive(model, "image_size");
    int patchSize = positive(model, "patch_size");
    VisionKind kind = vision.choice("kind", VisionKind.CLIP);
    if (kind != VisionKind.SIGLIP && imageSize % patchSize != 0) {
      throw model.required("patch_size").wrong("a divisor of model.image_size " + imageSize);
    }
    int context = text.integer("context", 77);
    if (context < 2) {
      throw text.required("context").wrong(">= 2 ([BOS] and [EOS])");
    }
    boolean cls = model.flag("cls", false);
    if (cls && kind.classTokens() == 0) {
      throw model.required("cls").wrong("false: a tower of kind siglip has no [CLS]");
    }
    return new ModelConfig(
        new VisionConfig(
            kind,
            imageSize,
            patchSize,
            positive(vision, "width"),
            positive(vision, "layers"),
            heads(vision),
            blocks(vision, standard(model, kind, positive(vision, "width")))),
        new TextConfig(
            positive(text, "width"),
            positive(text, "layers"),
            heads(text),
            context,
            0,
            blocks(text, standard(model, VisionKind.CLIP, positive(text, "width")))),
        positive(model, "embed_dim"),
        Interaction.LATE,
        cls,
        model.choice("text_behaviour", TextBehaviour.TRANSFORMERS),
        model.choice("pixel_behaviour", PixelBehaviour.TRANSFORMERS));
  }

  /** A tower's blocks where only the model's activation may be said. */
  private static BlockForm standard(ConfigNode model, VisionKind kind, int width) {
    BlockForm usual = kind.blocks(width);
    return usual.withActivation(model.choice("activation", usual.activation()));
  }

  private static BlockForm blocks(ConfigNode tower, BlockForm usual) {
    double eps = tower.number("layer_norm_eps", usual.layerNormEps());
    if (!(eps > 0 && eps < 1)) {
      throw tower.required("layer_norm_eps").wrong("between 0 and 1");
    }
    return new BlockForm(
        tower.at("intermediate_size").isPresent()
            ? positive(tower, "intermediate_size")
            : usual.intermediateSize(),
        tower.choice("activation", usual.activation()),
        eps);
  }

  private static int positive(ConfigNode map, String key) {
    ConfigNode value = map.required(key);
    if (value.integer() < 1) {
      throw value.wrong(">= 1");
    }
    return value.integer();
  }

  // CLIP's rule where it fits: heads of 64
  private static int heads(ConfigNode tower) {
    int width = positive(tower, "width");
    int heads =
        tower.at("heads").isPresent() ? positive(tower, "heads") : Math.max(1, width / HEAD);
    if (width % heads != 0) {
      throw tower.required("width").wrong("a multiple of heads " + heads);
    }
    return heads;
  }
}
