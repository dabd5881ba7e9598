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
import java.util.stream.Stream;

/**
 * The {@code model} key: a preset's name, a model folder with {@code image_size} beside it, or
 * sizes.
 */
final class ModelSection implements Field<ModelChoice> {
  private static final Key<ModelChoice> MODEL =
      Key.required(
          "model",
          Type.of("preset name, folder or map", ModelSection::choice, ModelSection::json),
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

  private static ModelChoice choice(ConfigNode model, Given given) {
    if (model.node().isObject()) {
      return new ModelChoice.Sizes(Type.map(ModelSizes.KEYS).read(model, given).config());
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

  /** A model's sizes written out, as {@code model} takes them. */
  static ObjectNode json(ModelConfig config) {
    return ModelSizes.KEYS.json(ModelSizes.of(config));
  }
}
