package dev.filip.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig.Augment;
import dev.filip.config.RunConfig.Data;
import dev.filip.config.RunConfig.Evaluate;
import dev.filip.config.RunConfig.Length;
import dev.filip.config.RunConfig.Loss;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.config.RunConfig.Optimizer;
import dev.filip.config.RunConfig.Schedule;
import dev.filip.config.RunConfig.TokenizerChoice;
import dev.filip.config.RunConfig.WeightedSource;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import java.util.OptionalInt;

/**
 * The canonical form of a config: every key, defaults too, in one order. Reading it back gives an
 * equal config, and equal configs have equal hashes whatever their files looked like.
 */
public final class RunConfigWriter {
  private RunConfigWriter() {}

  /** YAML with every key. */
  public static String yaml(RunConfig config) {
    return YamlText.write(json(config));
  }

  /** SHA-256 of the canonical JSON, in hex. */
  public static String sha256(RunConfig config) {
    return Digests.sha256(Json.line(json(config)));
  }

  /** JSON with every key. */
  public static ObjectNode json(RunConfig config) {
    ObjectNode root = Json.object();
    model(root, config.model());
    if (config.model() instanceof ModelChoice.Folder) {
      root.set("finetune", finetune(config.finetune()));
    }
    root.put("interaction", Choices.name(config.interaction()));
    root.set("data", data(config.data()));
    switch (config.tokenizer()) {
      case TokenizerChoice.Train(int size) -> root.putObject("tokenizer").put("train", size);
      case TokenizerChoice.Folder(String path) -> root.put("tokenizer", path);
    }
    root.set("augment", augment(config.augment()));
    root.put("batch", config.batch());
    if (config.microBatch() == 0) {
      root.put("micro_batch", "none");
    } else {
      root.put("micro_batch", config.microBatch());
    }
    switch (config.length()) {
      case Length.Steps(int n) -> root.put("steps", n);
      case Length.Epochs(double n) -> root.put("epochs", n);
    }
    root.set("optimizer", optimizer(config.optimizer()));
    root.set("schedule", schedule(config.schedule()));
    root.set("loss", loss(config.loss()));
    root.put("precision", Choices.name(config.precision()));
    root.put("device", Choices.name(config.device()));
    root.put("gradient_checkpointing", config.gradientCheckpointing());
    root.put("workers", config.workers());
    root.put("seed", config.seed());
    root.putObject("checkpoint")
        .put("every", config.checkpoint().every())
        .put("keep", config.checkpoint().keep());
    root.set("evaluate", evaluate(config.evaluate()));
    root.putObject("distributed")
        .put("timeout", config.distributed().timeout())
        .put("overlap", Choices.name(config.distributed().overlap()));
    return root;
  }

  private static void model(ObjectNode root, ModelChoice model) {
    switch (model) {
      case ModelChoice.Preset(String name) -> root.put("model", name);
      case ModelChoice.Folder(String path, OptionalInt imageSize) -> {
        root.put("model", path);
        imageSize.ifPresent(size -> root.put("image_size", size));
      }
      case ModelChoice.Sizes(ModelConfig config) -> root.set("model", sizes(config));
    }
  }

  /** A model's sizes written out, as {@code model} takes them. */
  public static ObjectNode sizes(ModelConfig config) {
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

  private static ObjectNode finetune(Finetune finetune) {
    ObjectNode map =
        Json.object()
            .put("lock", Choices.name(finetune.lock()))
            .put("lock_projection", finetune.lockProjection())
            .put("layer_decay", finetune.layerDecay());
    if (finetune.lora().isEmpty()) {
      return map.put("lora", "none");
    }
    Finetune.Lora lora = finetune.lora().get();
    ObjectNode adapters = map.putObject("lora").put("rank", lora.rank()).put("alpha", lora.alpha());
    ArrayNode towers = adapters.putArray("towers");
    lora.towers().forEach(tower -> towers.add(Choices.name(tower)));
    ArrayNode targets = adapters.putArray("targets");
    lora.targets().forEach(target -> targets.add(Choices.name(target)));
    return map;
  }

  private static ObjectNode data(Data data) {
    ObjectNode map = Json.object();
    ArrayNode train = map.putArray("train");
    for (WeightedSource source : data.train()) {
      train.addObject().put("source", source.source()).put("weight", source.weight());
    }
    if (data.validation() != null) {
      map.put("validation", data.validation());
    }
    map.put("group", data.group()).put("distinct", data.distinct());
    if (data.imageKey() != null) {
      map.put("image_key", data.imageKey());
    }
    if (data.captionKey() != null) {
      map.put("caption_key", data.captionKey());
    }
    if (data.exifRotation()) {
      map.put("exif_rotation", true);
    }
    if (data.captions() != RunConfig.CaptionChoice.ALL) {
      map.put("captions", Choices.name(data.captions()));
    }
    return map;
  }

  private static ObjectNode augment(Augment augment) {
    ObjectNode map = Json.object();
    map.putArray("crop").add(augment.cropMin()).add(augment.cropMax());
    return map.put("flip", augment.flip())
        .put("autoaugment", augment.autoaugment())
        .put("style", augment.style());
  }

  private static ObjectNode optimizer(Optimizer optimizer) {
    ObjectNode map =
        Json.object()
            .put("name", optimizer.name())
            .put("lr", optimizer.lr())
            .put("weight_decay", optimizer.weightDecay());
    map.putArray("betas").add(optimizer.beta1()).add(optimizer.beta2());
    map.put("eps", optimizer.eps());
    if (optimizer.clip() == 0) {
      map.put("clip", "none");
    } else {
      map.put("clip", optimizer.clip());
    }
    return map.put("scale_lr", optimizer.scaleLr());
  }

  private static ObjectNode schedule(Schedule schedule) {
    return Json.object()
        .put("warmup", schedule.warmup())
        .put("decay", schedule.decay())
        .put("floor", schedule.floor());
  }

  private static ObjectNode loss(Loss loss) {
    return Json.object()
        .put("late", loss.late())
        .put("global", loss.global())
        .put("late_warmup", loss.lateWarmup())
        .put("keep_tokens", loss.keepTokens().share())
        .put("keep_after", loss.keepTokens().after())
        .put("keep_at_least", loss.keepTokens().atLeast())
        .put("feature_precision", loss.featurePrecision())
        .put("label_smoothing", loss.labelSmoothing())
        .put("z_loss", loss.zLoss())
        .put("max_logit_scale", loss.maxLogitScale());
  }

  private static ObjectNode evaluate(Evaluate evaluate) {
    ObjectNode map = Json.object().put("every", evaluate.every());
    ArrayNode tasks = map.putArray("tasks");
    evaluate.tasks().forEach(tasks::add);
    return map.put("keep_best", evaluate.keepBest()).put("samples", evaluate.samples());
  }
}
