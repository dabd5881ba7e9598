package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Weights with open_clip's names: a hub folder, a training checkpoint, a bare state dict, OpenAI's
 * own archives.
 *
 * @param folder hub folder with {@code open_clip_config.json}, where it is one
 */
record OpenClipModel(
    Path source, String kind, WeightSet weights, Optional<Path> folder, Origin origin)
    implements ForeignModel {
  static final String CONFIG = "open_clip_config.json";

  /** Scalars that only OpenAI's archives have. */
  private static final List<String> SIZES =
      List.of("input_resolution", "context_length", "vocab_size");

  /** Whose code wrote the weights. */
  enum Origin {
    OPENAI,
    OPEN_CLIP
  }

  /** OpenAI's archives are known by their scalars. */
  static Origin origin(WeightSet weights) {
    return SIZES.stream().allMatch(weights::has) ? Origin.OPENAI : Origin.OPEN_CLIP;
  }

  /** Whether these are open_clip's names. */
  static boolean names(WeightSet weights) {
    return weights.has("visual.conv1.weight")
        || weights.names().stream().anyMatch(name -> name.startsWith("visual."));
  }

  @Override
  public ImportPlan plan(ImportOptions options) {
    boolean custom = weights.has("text.token_embedding.weight");
    ModelConfig config =
        folder.isPresent() ? configured(folder.get(), options) : inferred(custom, options);
    Map<String, String> patterns = new LinkedHashMap<>();
    if (origin == Origin.OPENAI) {
      SIZES.forEach(name -> patterns.put(name, LeftOut.SIZES));
      checkSizes(config);
    }
    boolean eos = folder.isPresent() && openClip(folder.get()).eos().isPresent();
    return new ImportPlan(
        config,
        custom ? OpenClipNames.ofCustomText(config) : OpenClipNames.of(config),
        List.of(),
        LeftOut.of(weights, patterns),
        config.interaction(),
        folder,
        eos ? ImportPlan.Pooling.EOS : ImportPlan.Pooling.LARGEST_ID,
        pixels(config),
        folder.isPresent()
            ? List.of()
            : List.of("pixels: CLIP's resize, crop, mean and deviation"));
  }

  private ModelConfig configured(Path hub, ImportOptions options) {
    Path file = hub.resolve(CONFIG);
    JsonNode root = Json.readObject(file);
    ModelConfig towers = openClip(hub).read();
    ModelConfig config = ModelFiles.withPolicies(file, root.path("filip"), towers);
    ImportOptions.Said.agrees(
        file, "--activation", options.activation(), config.vision().blocks().activation());
    ImportOptions.Said.agrees(
        file, "--vision-heads", options.visionHeads(), config.vision().heads());
    ImportOptions.Said.agrees(file, "--text-heads", options.textHeads(), config.text().heads());
    return config;
  }

  private static OpenClipConfig openClip(Path hub) {
    Path file = hub.resolve(CONFIG);
    return new OpenClipConfig(file, Json.readObject(file).path("model_cfg"));
  }

  @Override
  public void agrees(ImportOptions options, BpeTokenizer tokenizer) {
    folder.ifPresent(hub ->
        openClip(hub)
            .eos()
            .ifPresent(eos ->
                BadInput.require(
                    eos == tokenizer.eos(),
                    hub.resolve(CONFIG) + ": model_cfg.text_cfg.eos_id",
                    eos,
                    tokenizer.eos() + ", the id of its tokenizer's [EOS]")));
  }

  private ModelConfig inferred(boolean custom, ImportOptions options) {
    String text = custom ? "text." : "";
    Architecture shapes = new Architecture(weights, text, options);
    WeightSet.TensorShape projection = weights.shape("visual.proj");
    if (projection.shape().length != 2) {
      throw new BadInput(weights.said() + ": visual.proj has the shape " + projection);
    }
    if (origin == Origin.OPENAI) {
      ImportOptions.Said.agrees(
          source, "--activation", options.activation(), Activation.QUICK_GELU);
      return shapes.infer(projection.size(1), Activation.QUICK_GELU, Architecture.Heads.ALWAYS_64);
    }
    return shapes.infer(projection.size(1), shapes.activation(), Architecture.Heads.USUALLY_64);
  }

  private void checkSizes(ModelConfig config) {
    int[] wanted = {
      config.vision().imageSize(), config.text().context(), config.text().vocabularySize()
    };
    try (var _ = new StepScope()) {
      for (int i = 0; i < wanted.length; i++) {
        long[] found = Tensors.toLongs(weights.tensor(SIZES.get(i)));
        if (found.length != 1 || found[0] != wanted[i]) {
          throw new BadInput(
              source + ": " + SIZES.get(i) + " is not " + wanted[i] + ", which its shapes say");
        }
      }
    }
  }

  private PixelSource pixels(ModelConfig config) {
    int size = config.vision().imageSize();
    return folder.isPresent()
        ? new PixelSource.OpenClip(
            Json.readObject(folder.get().resolve(CONFIG)).path("preprocess_cfg"), size)
        : new PixelSource.Clip(size);
  }
}
