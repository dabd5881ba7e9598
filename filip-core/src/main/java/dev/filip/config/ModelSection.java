package dev.filip.config;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The {@code model} key: a preset's name, a model folder with {@code image_size} beside it, or
 * sizes.
 */
final class ModelSection implements Field<ModelChoice> {
  private static final Key<ModelChoice> MODEL =
      Key.required(
          "model",
          Type.of("preset name, folder or map", (node, _) -> read(node), ModelSection::json),
          "a preset (below), an existing model folder (training goes on from its weights), or"
              + " sizes (below)");
  private static final Key<Integer> IMAGE_SIZE =
      Key.optional(
          "image_size",
          Type.whole(">= 1")
              .only(
                  given -> given.get("model", ModelChoice.class) instanceof ModelChoice.Folder,
                  "left out unless model is a model folder (it has its own size)"),
          "the folder's",
          "only with a model folder; a multiple of its patch size: positions are interpolated"
              + " bicubically, the pixels follow");

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

  @Override
  public List<String> names() {
    return List.of("model", "image_size");
  }

  @Override
  public ModelChoice read(ConfigNode map, Given given) {
    ModelChoice choice = requireNonNull(MODEL.read(map, given));
    Integer size = IMAGE_SIZE.read(map, given);
    return choice instanceof ModelChoice.Folder(String path, _) && size != null
        ? new ModelChoice.Folder(path, OptionalInt.of(size))
        : choice;
  }

  @Override
  public void write(ObjectNode map, ModelChoice choice) {
    MODEL.write(map, choice);
    if (choice instanceof ModelChoice.Folder(_, OptionalInt size)) {
      size.ifPresent(pixels -> IMAGE_SIZE.write(map, pixels));
    }
  }

  @Override
  public void validate(String section, ModelChoice choice) {
    if (choice instanceof ModelChoice.Folder(_, OptionalInt size)) {
      size.ifPresent(pixels -> IMAGE_SIZE.validate(section, pixels));
    }
  }

  @Override
  public List<String> rows(String section) {
    return Stream.of(MODEL, IMAGE_SIZE).flatMap(key -> key.rows(section).stream()).toList();
  }

  private static JsonNode json(ModelChoice choice) {
    return switch (choice) {
      case ModelChoice.Preset(String name) -> TextNode.valueOf(name);
      case ModelChoice.Folder(String path, _) -> TextNode.valueOf(path);
      case ModelChoice.Sizes(ModelConfig config) -> json(config);
    };
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

  /** A model's sizes written out, as {@code model} takes them. */
  static ObjectNode json(ModelConfig config) {
    VisionConfig vision = config.vision();
    TextConfig text = config.text();
    ObjectNode map = Json.object();
    map.put("image_size", vision.imageSize()).put("patch_size", vision.patchSize());
    Activation both = text.blocks().activation();
    ObjectNode image = map.putObject("vision");
    if (vision.kind() != VisionKind.CLIP) {
      image.put("kind", Choices.name(vision.kind()));
    }
    BlockForm usual = vision.kind().blocks(vision.width()).withActivation(both);
    blocks(
        image
            .put("width", vision.width())
            .put("layers", vision.layers())
            .put("heads", vision.heads()),
        vision.blocks(),
        usual);
    ObjectNode words =
        map.putObject("text")
            .put("width", text.width())
            .put("layers", text.layers())
            .put("heads", text.heads())
            .put("context", text.context());
    blocks(words, text.blocks(), BlockForm.clip(text.width(), both));
    return map.put("embed_dim", config.embedDim())
        .put("activation", Choices.name(both))
        .put("cls", config.cls())
        .put("text_behaviour", Choices.name(config.textBehaviour()))
        .put("pixel_behaviour", Choices.name(config.pixelBehaviour()));
  }

  /** What differs from CLIP's blocks, so that the fingerprints of CLIP's configs stay. */
  private static void blocks(ObjectNode tower, BlockForm blocks, BlockForm clip) {
    if (blocks.intermediateSize() != clip.intermediateSize()) {
      tower.put("intermediate_size", blocks.intermediateSize());
    }
    if (blocks.activation() != clip.activation()) {
      tower.put("activation", Choices.name(blocks.activation()));
    }
    if (blocks.layerNormEps() != clip.layerNormEps()) {
      tower.put("layer_norm_eps", blocks.layerNormEps());
    }
  }
}
