package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig.Augment;
import dev.filip.config.RunConfig.CaptionChoice;
import dev.filip.config.RunConfig.Checkpoint;
import dev.filip.config.RunConfig.Data;
import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.config.RunConfig.Distributed;
import dev.filip.config.RunConfig.Evaluate;
import dev.filip.config.RunConfig.Length;
import dev.filip.config.RunConfig.Loss;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.config.RunConfig.Optimizer;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.config.RunConfig.Schedule;
import dev.filip.config.RunConfig.TokenizerChoice;
import dev.filip.config.RunConfig.WeightedSource;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a training config strictly: an unknown key, a wrong type, a value out of range or a key
 * given twice is {@link BadInput}, one line with file, key path, value, rule and the nearest valid
 * key. Keys and defaults: {@code docs/CONFIG.md}.
 */
public final class RunConfigReader {
  private static final Set<String> KEYS =
      Choices.of(
          "model",
          "image_size",
          "finetune",
          "interaction",
          "data",
          "tokenizer",
          "augment",
          "batch",
          "micro_batch",
          "steps",
          "epochs",
          "optimizer",
          "schedule",
          "loss",
          "precision",
          "device",
          "gradient_checkpointing",
          "workers",
          "seed",
          "checkpoint",
          "evaluate",
          "distributed");
  private static final Set<String> DATA =
      Choices.of(
          "train",
          "validation",
          "group",
          "distinct",
          "image_key",
          "caption_key",
          "exif_rotation",
          "captions");
  private static final Set<String> SOURCE = Choices.of("source", "weight");
  private static final Set<String> AUGMENT = Choices.of("crop", "flip", "autoaugment", "style");
  private static final Set<String> OPTIMIZER =
      Choices.of("name", "lr", "weight_decay", "betas", "eps", "clip", "scale_lr");
  private static final Set<String> SCHEDULE = Choices.of("warmup", "decay", "floor");
  private static final Set<String> LOSS =
      Choices.of(
          "late",
          "global",
          "late_warmup",
          "keep_tokens",
          "keep_after",
          "keep_at_least",
          "feature_precision",
          "label_smoothing",
          "z_loss",
          "max_logit_scale");
  private static final Set<String> CHECKPOINT = Choices.of("every", "keep");
  private static final Set<String> EVALUATE = Choices.of("every", "tasks", "keep_best", "samples");
  private static final Set<String> DISTRIBUTED = Choices.of("timeout", "overlap");

  private RunConfigReader() {}

  /** Reads a file, with {@code --set} overrides such as {@code optimizer.lr=1e-3}. */
  public static RunConfig read(Path yaml, List<String> sets) {
    String text;
    try {
      text = Files.readString(yaml);
    } catch (IOException e) {
      throw new BadInput("cannot read config " + yaml + ": " + e, e);
    }
    return parse(text, yaml.toString(), sets);
  }

  /** Reads a text; {@code name} stands in errors for the file. */
  public static RunConfig parse(String yaml, String name, List<String> sets) {
    JsonNode tree = YamlText.parse(yaml, name);
    if (!(tree instanceof ObjectNode root)) {
      throw new BadInput(name + ": the config must be a map of keys, got " + tree.getNodeType());
    }
    Overrides.apply(root, sets);
    try {
      return run(new ConfigNode("", root).map(KEYS));
    } catch (BadInput e) {
      String with = sets.isEmpty() ? "" : " (with --set " + String.join(" --set ", sets) + ")";
      throw new BadInput(name + with + ": " + e.getMessage(), e);
    }
  }

  private static RunConfig run(ConfigNode root) {
    ModelChoice model = ModelSection.read(root.required("model"), root.at("image_size"));
    Interaction interaction =
        root.at("interaction")
            .map(node -> node.choice(Interaction.class))
            .orElseGet(() -> ModelSection.interaction(model));
    Data data = data(root.required("data").map(DATA));
    return new RunConfig(
        model,
        Finetune.read(root.at("finetune"), model instanceof ModelChoice.Folder),
        interaction,
        data,
        tokenizer(root.at("tokenizer"), model),
        augment(root.at("augment")),
        root.integer("batch", 64),
        root.at("micro_batch").map(RunConfigReader::microBatch).orElse(0),
        length(root),
        optimizer(root.orEmptyMap("optimizer").map(OPTIMIZER)),
        schedule(root.orEmptyMap("schedule").map(SCHEDULE)),
        loss(root.orEmptyMap("loss").map(LOSS), interaction),
        root.choice("precision", PrecisionChoice.AUTO),
        root.choice("device", DeviceChoice.AUTO),
        root.flag("gradient_checkpointing", false),
        root.integer("workers", 2),
        root.at("seed").map(ConfigNode::whole).orElse(1L),
        checkpoint(root.orEmptyMap("checkpoint").map(CHECKPOINT)),
        evaluate(root.orEmptyMap("evaluate").map(EVALUATE), data.validation() != null),
        distributed(root.orEmptyMap("distributed").map(DISTRIBUTED)));
  }

  private static Data data(ConfigNode data) {
    List<WeightedSource> train =
        data.required("train").listOrOne().stream().map(RunConfigReader::source).toList();
    return new Data(
        train,
        nullable(data.at("validation")),
        data.integer("group", 1),
        data.flag("distinct", false),
        nullable(data.at("image_key")),
        nullable(data.at("caption_key")),
        data.flag("exif_rotation", false),
        data.choice("captions", CaptionChoice.ALL));
  }

  private static WeightedSource source(ConfigNode node) {
    if (node.node().isTextual()) {
      return new WeightedSource(node.text(), 1);
    }
    ConfigNode map = node.map(SOURCE);
    double weight = map.number("weight", 1);
    if (!(weight > 0)) {
      throw map.required("weight").wrong("> 0");
    }
    return new WeightedSource(map.required("source").text(), weight);
  }

  private static @Nullable String nullable(Optional<ConfigNode> node) {
    return node.map(ConfigNode::text).orElse(null);
  }

  private static TokenizerChoice tokenizer(Optional<ConfigNode> node, ModelChoice model) {
    if (node.isEmpty()) {
      return model instanceof ModelChoice.Folder(String path, _)
          ? new TokenizerChoice.Folder(path)
          : new TokenizerChoice.Train(2000);
    }
    ConfigNode given = node.get();
    if (model instanceof ModelChoice.Folder(String path, _)
        && !given.node().asText().equals(path)) {
      throw given.wrong(
          "left out, or the model folder " + path + ": weights know their own tokens");
    }
    if (given.node().isTextual()) {
      return new TokenizerChoice.Folder(given.text());
    }
    return new TokenizerChoice.Train(given.map(Set.of("train")).required("train").integer());
  }

  private static Distributed distributed(ConfigNode map) {
    return new Distributed(
        map.integer("timeout", 60), map.choice("overlap", Distributed.Overlap.AUTO));
  }

  private static Augment augment(Optional<ConfigNode> node) {
    if (node.isEmpty() || node.get().isNone()) {
      return Augment.NONE;
    }
    ConfigNode map = node.get().map(AUGMENT);
    Optional<ConfigNode> crop = map.at("crop").filter(given -> !given.isNone());
    double[] range =
        crop.map(given -> given.pair("[min, max] with 0 < min <= max <= 1, or none"))
            .orElse(new double[] {1, 1});
    return new Augment(
        range[0],
        range[1],
        map.flag("flip", false),
        map.text("autoaugment", "none"),
        map.number("style", 0));
  }

  private static int microBatch(ConfigNode node) {
    if (node.isNone()) {
      return 0;
    }
    if (node.integer() < 1) {
      throw node.wrong(">= 1, or none");
    }
    return node.integer();
  }

  private static Length length(ConfigNode root) {
    Optional<ConfigNode> steps = root.at("steps");
    Optional<ConfigNode> epochs = root.at("epochs");
    if (steps.isPresent() && epochs.isPresent()) {
      throw epochs.get().wrong("left out where steps is given");
    }
    return epochs.isPresent()
        ? new Length.Epochs(epochs.get().number())
        : new Length.Steps(root.integer("steps", 2000));
  }

  private static Optimizer optimizer(ConfigNode map) {
    String name = map.text("name", "adamw");
    boolean lamb = name.equals("lamb");
    double[] betas =
        map.at("betas")
            .map(given -> given.pair("two numbers in [0, 1)"))
            .orElse(new double[] {0.9, 0.98});
    Optional<ConfigNode> clip = map.at("clip");
    double norm = clip.isPresent() ? clip(clip.get()) : lamb ? 0 : 1;
    return new Optimizer(
        name,
        map.number("lr", lamb ? 2e-3 : 3e-3),
        map.number("weight_decay", lamb ? 0.05 : 0.1),
        betas[0],
        betas[1],
        map.number("eps", lamb ? 1e-4 : 1e-6),
        norm,
        map.flag("scale_lr", false));
  }

  private static double clip(ConfigNode clip) {
    if (clip.isNone()) {
      return 0;
    }
    if (!(clip.number() > 0)) {
      throw clip.wrong("> 0, or none");
    }
    return clip.number();
  }

  private static Schedule schedule(ConfigNode map) {
    return new Schedule(
        map.number("warmup", 0.1), map.text("decay", "cosine"), map.number("floor", 0.01));
  }

  private static Loss loss(ConfigNode map, Interaction interaction) {
    double share = interaction == Interaction.BOTH ? 0.5 : 1;
    return new Loss(
        map.number("late", interaction == Interaction.GLOBAL ? 0 : share),
        map.number("global", interaction == Interaction.LATE ? 0 : share),
        map.number("late_warmup", 0),
        new KeepTokens(
            map.number("keep_tokens", 1),
            map.number("keep_after", KeepTokens.ALL.after()),
            map.integer("keep_at_least", KeepTokens.ALL.atLeast())),
        map.text("feature_precision", "auto"),
        map.number("label_smoothing", 0),
        map.number("z_loss", 0),
        map.number("max_logit_scale", 100));
  }

  private static Checkpoint checkpoint(ConfigNode map) {
    return new Checkpoint(map.integer("every", 500), map.integer("keep", 3));
  }

  private static Evaluate evaluate(ConfigNode map, boolean validation) {
    List<String> tasks =
        map.at("tasks")
            .map(node -> node.listOrOne().stream().map(ConfigNode::text).toList())
            .orElse(List.of("retrieval"));
    return new Evaluate(
        map.integer("every", validation ? 500 : 0),
        tasks,
        map.text("keep_best", tasks.isEmpty() ? "" : Evaluate.bestOf(tasks.getFirst())),
        map.integer("samples", 1000));
  }
}
