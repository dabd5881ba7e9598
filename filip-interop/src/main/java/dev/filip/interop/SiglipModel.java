package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.folder.Layout;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The image tower of a Hugging Face SigLIP folder (SigLIP 2 of a fixed size, too), with another
 * text tower: SigLIP's own reads another tokenizer, sees words in both directions, and was never
 * trained word by word.
 *
 * @param text the model of {@code --text-from}; its tensors are in {@code weights}, prefixed
 */
record SiglipModel(Path folder, String kind, WeightSet weights, Optional<ModelConfig> text)
    implements ForeignModel {
  private static final String TYPE = "siglip";
  private static final String OURS = "vision_model.";
  private static final String OTHER = "text_from.";
  private static final String TEXT_PROJECTION = "text_projection.weight";
  private static final TextConfig CLIP_BASE = new TextConfig(512, 12, 8, 77, 0);
  private static final int CLIP_WIDTH = 512;
  private static final int HEAD = 64;

  /** Whether a Hugging Face folder is one. */
  static boolean is(Path folder) {
    return ModelFiles.modelType(folder).startsWith(TYPE);
  }

  /** Opens its weights, and those of {@code --text-from}. */
  static SiglipModel open(Path folder, ImportOptions options) {
    String type = ModelFiles.modelType(folder);
    if (!type.equals(TYPE) && !type.equals(TYPE + "_vision_model")) {
      throw new BadInput(
          folder
              + ": model_type "
              + type
              + " is not read: siglip and siglip_vision_model are (SigLIP 2 of a fixed size has"
              + " them)");
    }
    HuggingFaceModel source = HuggingFaceModel.open(folder, options);
    try {
      Optional<ModelConfig> text = options.text().from().map(ModelFiles::readConfig);
      options
          .text()
          .from()
          .ifPresent(other ->
              source.weights().add(OTHER, HuggingFaceModel.open(other, options).weights()));
      return new SiglipModel(
          folder, "SigLIP image tower, " + source.kind(), source.weights(), text);
    } catch (RuntimeException e) {
      source.weights().close();
      throw e;
    }
  }

  @Override
  public ImportPlan plan(ImportOptions options) {
    VisionConfig vision = ModelFiles.readSiglip(folder);
    ImportOptions.Said.agrees(
        folder, "--activation", options.activation(), vision.blocks().activation());
    ImportOptions.Said.agrees(folder, "--vision-heads", options.visionHeads(), vision.heads());
    ModelConfig config =
        new ModelConfig(
            vision,
            text.map(ModelConfig::text).orElseGet(() -> newText(options)),
            ImportOptions.NewText.or(
                options.embedDim(), text.map(ModelConfig::embedDim).orElse(CLIP_WIDTH)),
            Interaction.LATE,
            false,
            text.map(ModelConfig::textBehaviour).orElse(TextBehaviour.TRANSFORMERS),
            PixelBehaviour.TRANSFORMERS);
    text.ifPresent(other ->
        ImportOptions.Said.agrees(
            folder, "--text-heads", options.textHeads(), other.text().heads()));
    Map<String, String> fresh = new LinkedHashMap<>();
    List<TensorRule> rules = new ArrayList<>();
    for (String name : Layout.of(config).keySet()) {
      Optional<String> theirs = theirs(name, config);
      theirs.ifPresentOrElse(
          found -> rules.add(TensorRule.same(found, name)), () -> fresh.put(name, reason(name)));
    }
    return new ImportPlan(
        config,
        rules,
        List.of(),
        leftOut(rules),
        fresh,
        Interaction.GLOBAL,
        options.text().from(),
        ImportPlan.Pooling.EOS,
        pixels(options, vision),
        notes(options));
  }

  /** Where one of ours comes from; nowhere: it is new. */
  private Optional<String> theirs(String name, ModelConfig config) {
    if (name.startsWith(OURS)) {
      return Optional.of(prefix() + name.substring(OURS.length()));
    }
    boolean same = text.filter(other -> other.embedDim() == config.embedDim()).isPresent();
    boolean words = name.startsWith("text_model.") || (name.equals(TEXT_PROJECTION) && same);
    return text.isPresent() && words ? Optional.of(OTHER + name) : Optional.empty();
  }

  /** SiglipModel has the tower under a name, SiglipVisionModel of transformers 5 has not. */
  private String prefix() {
    return weights.has(OURS + "embeddings.patch_embedding.weight") ? OURS : "";
  }

  private static String reason(String name) {
    if (name.equals("logit_scale")) {
      return "CLIP's start: SigLIP's belongs to its sigmoid loss";
    }
    return name.startsWith("text_model.")
        ? "a new text tower: train before use"
        : "a new projection: train before use";
  }

  private TextConfig newText(ImportOptions options) {
    Path tokenizer =
        options
            .tokenizer()
            .orElseThrow(() ->
                new BadInput(
                    folder
                        + " brings an image tower: give --tokenizer for a new text tower, or"
                        + " --text-from with a CLIP model folder"));
    int vocabulary =
        (Files.isDirectory(tokenizer)
                ? BpeTokenizer.load(tokenizer, TextBehaviour.TRANSFORMERS)
                : BpeTokenizer.ofMerges(tokenizer, TextBehaviour.TRANSFORMERS))
            .size();
    int width = ImportOptions.NewText.or(options.text().width(), CLIP_BASE.width());
    return new TextConfig(
        width,
        ImportOptions.NewText.or(options.text().layers(), CLIP_BASE.layers()),
        ImportOptions.NewText.or(options.textHeads(), Math.max(1, width / HEAD)),
        ImportOptions.NewText.or(options.text().context(), CLIP_BASE.context()),
        vocabulary,
        BlockForm.clip(width, Activation.QUICK_GELU));
  }

  private Map<String, String> leftOut(List<TensorRule> rules) {
    Map<String, String> patterns = new LinkedHashMap<>();
    patterns.put(
        "text_model\\..*", "SigLIP's text tower: another tokenizer, and words seen both ways");
    patterns.put("logit_scale|logit_bias", "of the sigmoid loss");
    patterns.put(
        "text_from\\.(vision_model\\..*|visual_projection\\.weight|logit_scale)",
        "of --text-from the text tower is taken");
    patterns.put("text_from\\.text_projection\\.weight", "another width was asked for");
    Map<String, String> leftOut = LeftOut.of(weights, patterns);
    rules.forEach(rule -> leftOut.remove(rule.theirs()));
    return leftOut;
  }

  /**
   * The source's own file without the name of a processor that joins it with SigLIP's tokenizer.
   */
  private PixelSource pixels(ImportOptions options, VisionConfig vision) {
    PixelSource source =
        new HuggingFaceModel(folder, kind, weights).pixels(options, vision.imageSize());
    if (source instanceof PixelSource.Carried(JsonNode own)) {
      ObjectNode json = own.deepCopy();
      json.remove("processor_class");
      return new PixelSource.Carried(json);
    }
    return source;
  }

  @Override
  public boolean saysItsPixels() {
    return Files.exists(folder.resolve("preprocessor_config.json"));
  }

  @Override
  public void agrees(ImportOptions options, BpeTokenizer tokenizer) {
    options.text().from().ifPresent(other -> ModelFiles.poolsAtEos(other, tokenizer));
  }

  private List<String> notes(ImportOptions options) {
    List<String> notes = new ArrayList<>();
    options
        .pixels()
        .ifPresent(given -> notes.add("no preprocessor_config.json: --pixels " + given));
    options.text().from().ifPresent(other -> notes.add("the text tower is that of " + other));
    notes.add(
        "to train what is new and keep SigLIP's tower: finetune: {lock: image,"
            + " lock_projection: false} in the config of filip train");
    return notes;
  }
}
