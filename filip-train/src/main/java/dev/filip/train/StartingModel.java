package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.config.RunConfig.TokenizerChoice;
import dev.filip.config.TextBehaviour;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The model a run begins with: a new one, or a model folder's, fitted to the config. */
final class StartingModel {
  private final RunConfig config;
  private final FeedFactory data;
  private final Consumer<String> log;

  StartingModel(RunConfig config, FeedFactory data, Consumer<String> log) {
    this.config = config;
    this.data = data;
    this.log = log;
  }

  /** Makes or reads it. */
  TrainedModel get() {
    return switch (config.model()) {
      case ModelChoice.Folder folder -> read(folder);
      case ModelChoice.Preset _, ModelChoice.Sizes _ -> make(config.newModel().orElseThrow());
    };
  }

  private TrainedModel make(ModelConfig sizes) {
    BpeTokenizer tokenizer = tokenizer(sizes.textBehaviour());
    ModelConfig whole = sizes.withVocabulary(tokenizer.size());
    JsonNode preprocessor = data.preprocessor(whole);
    return new TrainedModel(
        FilipModel.create(whole, config.seed()), tokenizer, preprocessor, Json.object());
  }

  private BpeTokenizer tokenizer(TextBehaviour behaviour) {
    return switch (config.tokenizer()) {
      case TokenizerChoice.Folder(String path) -> BpeTokenizer.load(Path.of(path), behaviour);
      case TokenizerChoice.Train(int size) -> {
        BpeTokenizer tokenizer = BpeTrainer.train(data.captions(), size, behaviour);
        log.accept("tokenizer: " + tokenizer.size() + " pieces of " + size + " asked for");
        yield tokenizer;
      }
    };
  }

  private TrainedModel read(ModelChoice.Folder folder) {
    try (Opened opened = new Opened()) {
      TrainedModel fitted =
          fitted(folder, opened.add(ModelFolder.load(Path.of(folder.path()))), opened);
      opened.handOver();
      return fitted;
    }
  }

  private TrainedModel fitted(ModelChoice.Folder folder, LoadedModel loaded, Opened opened) {
    ModelConfig stored = loaded.config();
    BpeTokenizer tokenizer = loaded.tokenizer();
    int size = folder.imageSize().orElse(stored.vision().imageSize());
    boolean globally =
        stored.interaction() == Interaction.GLOBAL
            || loaded.trained().path("trained_as").asText().equals("global"); // import says so
    if (globally && config.interaction() != Interaction.GLOBAL) {
      log.accept(
          "model: the weights of "
              + folder.path()
              + " were trained globally: which word belongs to which patch must be learnt anew");
    }
    return new TrainedModel(
        opened.add(sized(loaded.model(), size)).with(config.interaction()),
        tokenizer,
        sized(loaded.preprocessor(), stored, size),
        origin(folder, loaded));
  }

  private FilipModel sized(FilipModel model, int size) {
    int now = model.config().vision().imageSize();
    if (size == now) {
      return model;
    }
    VisionConfig vision = model.config().vision();
    int patch = vision.patchSize();
    BadInput.require(
        vision.kind() == VisionKind.SIGLIP || size % patch == 0,
        "image_size",
        size,
        "a multiple of the model's patch size " + patch);
    log.accept(
        String.format(
            "image size %d to %d: positions interpolated from %dx%<d to %dx%<d patches",
            now, size, now / patch, size / patch));
    try (model) {
      return model.resized(size);
    }
  }

  private static JsonNode sized(JsonNode preprocessor, ModelConfig stored, int size) {
    int now = stored.vision().imageSize();
    if (preprocessor.isEmpty() && size == now) {
      return preprocessor; // CLIP's, of the model's size
    }
    Preprocess pixels = Preprocess.of(preprocessor, stored.pixelBehaviour());
    pixels.requireSize("preprocessor_config.json", now);
    return size == now ? preprocessor : pixels.withImageSize(size).toJson();
  }

  /** For the provenance of what is trained from it. */
  private static ObjectNode origin(ModelChoice.Folder folder, LoadedModel loaded) {
    ObjectNode from =
        Json.object()
            .put("model", folder.path())
            .put(
                "interaction",
                loaded.config().interaction().name().toLowerCase(java.util.Locale.ROOT))
            .put("image_size", loaded.config().vision().imageSize());
    if (!loaded.trained().isEmpty()) {
      from.set("trained", loaded.trained());
    }
    return from;
  }
}
