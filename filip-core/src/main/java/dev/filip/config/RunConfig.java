package dev.filip.config;

import static dev.filip.io.BadInput.require;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A whole training run. Made by the strict reader only; every part validates itself, so a value of
 * this type is always complete and in range. Keys, defaults and rules are in {@code
 * docs/CONFIG.md}. Immutable, may be shared between threads.
 *
 * <p>With {@code interaction: global} the weights of the losses are 0 and 1 whatever was given, so
 * that one file serves both by {@code --set interaction=global}.
 *
 * @param finetune {@link Finetune#ALL} unless the model is a folder
 * @param batch pairs a step, over all processes
 * @param microBatch pairs of a process whose activations are held at a time: the batch is encoded
 *     twice, without and with a graph; 0 = none, one pass over the whole batch
 * @param workers threads that read, decode and augment; changes speed, never results
 */
public record RunConfig(
    ModelChoice model,
    Finetune finetune,
    Interaction interaction,
    Data data,
    TokenizerChoice tokenizer,
    Augment augment,
    int batch,
    int microBatch,
    Length length,
    Optimizer optimizer,
    Schedule schedule,
    Loss loss,
    PrecisionChoice precision,
    DeviceChoice device,
    boolean gradientCheckpointing,
    int workers,
    long seed,
    Checkpoint checkpoint,
    Evaluate evaluate,
    Distributed distributed) {

  public RunConfig {
    require(
        model instanceof ModelChoice.Folder || finetune.equals(Finetune.ALL),
        "finetune",
        finetune,
        "left out unless model is a model folder");
    loss = interaction == Interaction.GLOBAL ? loss.onlyGlobal() : loss;
    require(batch >= 2, "batch", batch, ">= 2 (a pair needs others to be told from)");
    require(batch % data.group == 0, "batch", batch, "a multiple of data.group " + data.group);
    require(microBatch >= 0, "micro_batch", microBatch, ">= 1, or none");
    require(workers >= 1, "workers", workers, ">= 1");
    require(
        interaction == Interaction.GLOBAL || loss.late > 0,
        "loss.late",
        loss.late,
        "> 0 with interaction " + Choices.name(interaction));
    require(
        interaction != Interaction.BOTH || loss.global > 0,
        "loss.global",
        loss.global,
        "> 0 with interaction both");
    require(
        interaction != Interaction.LATE || loss.global == 0,
        "loss.global",
        loss.global,
        "0 with interaction late (interaction: both trains both)");
    require(
        interaction != Interaction.LATE || loss.lateWarmup == 0,
        "loss.late_warmup",
        loss.lateWarmup,
        "0 with interaction late (interaction: both has a second loss to begin with)");
    require(
        data.validation != null || evaluate.every == 0,
        "evaluate.every",
        evaluate.every,
        "0 without data.validation");
  }

  /** The model to make from nothing; empty where training goes on from a model folder. */
  public Optional<ModelConfig> newModel() {
    return switch (model) {
      case ModelChoice.Preset(String name) ->
          Optional.of(ModelPresets.get(name).withInteraction(interaction));
      case ModelChoice.Sizes(ModelConfig config) ->
          Optional.of(config.withInteraction(interaction));
      case ModelChoice.Folder _ -> Optional.empty();
    };
  }

  /** A preset's name, an existing model folder, or sizes. */
  public sealed interface ModelChoice {
    /** One of {@link ModelPresets#names()}. */
    record Preset(String name) implements ModelChoice {}

    /**
     * A model folder; training goes on from its weights.
     *
     * @param imageSize pixels a side where they are not the folder's: its positions are
     *     interpolated
     */
    record Folder(String path, OptionalInt imageSize) implements ModelChoice {
      public Folder {
        require(imageSize.orElse(1) >= 1, "image_size", imageSize.orElse(1), ">= 1");
      }
    }

    /** Sizes written out. */
    record Sizes(ModelConfig config) implements ModelChoice {}
  }

  /** One training source; samples are drawn in proportion to size x weight. */
  public record WeightedSource(String source, double weight) {
    public WeightedSource {
      require(!source.isBlank(), "data.train.source", "an empty text", "a source");
      require(positive(weight), "data.train.weight", weight, "a finite number > 0");
    }
  }

  /**
   * Where samples come from.
   *
   * @param group consecutive samples that stay together in a batch (hard negatives such as scene
   *     twins), 1 for none
   * @param distinct no two samples of a batch share a caption
   * @param imageKey column of the image path in CSV sources; null = the reader's default
   * @param captionKey column of the caption in CSV sources; null = the reader's default
   * @param exifRotation images are turned as their EXIF orientation says; goes into a new model's
   *     preprocessor file
   * @param captions which of a training sample's captions are drawn from
   */
  public record Data(
      List<WeightedSource> train,
      @Nullable String validation,
      int group,
      boolean distinct,
      @Nullable String imageKey,
      @Nullable String captionKey,
      boolean exifRotation,
      CaptionChoice captions) {
    public Data {
      train = List.copyOf(train);
      require(!train.isEmpty(), "data.train", "an empty list", "at least one source");
      require(group >= 1, "data.group", group, ">= 1");
    }
  }

  /** Train a BPE of this size on the training captions, or take a folder's. */
  public sealed interface TokenizerChoice {
    /** Size of the vocabulary: 512 byte pieces, merges, [BOS] and [EOS]. */
    record Train(int size) implements TokenizerChoice {
      public Train {
        require(size >= 514, "tokenizer.train", size, ">= 514 (512 bytes, [BOS], [EOS])");
      }
    }

    /** A folder with {@code tokenizer.json} or {@code vocab.json} and {@code merges.txt}. */
    record Folder(String path) implements TokenizerChoice {}
  }

  /**
   * What happens to a training image before normalisation.
   *
   * @param cropMin smallest share of the area kept by the random resized crop (1, 1 = none)
   * @param autoaugment {@code none} or {@code imagenet}
   * @param style photometric restyling strength 0..1 (hue, saturation, posterise, grey, outline); 0
   *     = none
   */
  public record Augment(
      double cropMin, double cropMax, boolean flip, String autoaugment, double style) {
    /** Images as they are. */
    public static final Augment NONE = new Augment(1, 1, false, "none", 0);

    public Augment {
      require(
          cropMin > 0 && cropMin <= cropMax && cropMax <= 1,
          "augment.crop",
          "[" + cropMin + ", " + cropMax + "]",
          "[min, max] with 0 < min <= max <= 1");
      requireOneOf(AUTOAUGMENTS, "augment.autoaugment", autoaugment);
      require(share(style), "augment.style", style, "in [0, 1]");
    }
  }

  /** How long to train: steps or epochs, one of them. */
  public sealed interface Length {
    /** Optimizer steps. */
    record Steps(int n) implements Length {
      public Steps {
        require(n >= 1, "steps", n, ">= 1");
      }
    }

    /** Passes over the training sources, in samples. */
    record Epochs(double n) implements Length {
      public Epochs {
        require(positive(n), "epochs", n, "a finite number > 0");
      }
    }

    /** Steps for {@code samples} an epoch in batches of {@code batch}; at least 1. */
    default int toSteps(long samples, int batch) {
      return switch (this) {
        case Steps(int n) -> n;
        case Epochs(double n) ->
            Math.toIntExact(Math.max(1, Math.round(n * (double) samples / batch)));
      };
    }
  }

  /**
   * The optimizer.
   *
   * @param name {@code lamb} or {@code adamw}
   * @param clip global gradient norm, 0 for none
   * @param scaleLr lr is for batch 512 and grows with sqrt(batch / 512), as the paper's
   */
  public record Optimizer(
      String name,
      double lr,
      double weightDecay,
      double beta1,
      double beta2,
      double eps,
      double clip,
      boolean scaleLr) {
    public Optimizer {
      requireOneOf(OPTIMIZERS, "optimizer.name", name);
      require(positive(lr), "optimizer.lr", lr, "a finite number > 0");
      require(notNegative(weightDecay), "optimizer.weight_decay", weightDecay, "finite and >= 0");
      require(beta1 >= 0 && beta1 < 1, "optimizer.betas", beta1, "two numbers in [0, 1)");
      require(beta2 >= 0 && beta2 < 1, "optimizer.betas", beta2, "two numbers in [0, 1)");
      require(positive(eps), "optimizer.eps", eps, "a finite number > 0");
      require(notNegative(clip), "optimizer.clip", clip, "finite and > 0, or none");
    }

    /** The peak learning rate for a batch over all processes. */
    public double peakLr(int batch) {
      return scaleLr ? lr * Math.sqrt(batch / 512.0) : lr;
    }
  }

  /**
   * The learning rate over the steps.
   *
   * @param warmup share of the steps (below 1) or steps
   * @param decay {@code cosine}, {@code linear} or {@code none}
   * @param floor last lr / peak lr
   */
  public record Schedule(double warmup, String decay, double floor) {
    public Schedule {
      StepCount.check("schedule.warmup", warmup);
      requireOneOf(DECAYS, "schedule.decay", decay);
      require(share(floor), "schedule.floor", floor, "in [0, 1]");
    }

    /** Warm-up in steps, of {@code total}. */
    public int warmupSteps(int total) {
      return StepCount.of(warmup, total);
    }
  }

  /**
   * Weights of the two losses and what keeps them steady.
   *
   * @param lateWarmup share of the steps (below 1) or steps over which the late weight rises from 0
   * @param featurePrecision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}: storage of
   *     the features the loss sees
   * @param zLoss weight of the mean squared log-sum-exp of the logits
   * @param maxLogitScale cap of what similarities are multiplied by
   */
  public record Loss(
      double late,
      double global,
      double lateWarmup,
      KeepTokens keepTokens,
      String featurePrecision,
      double labelSmoothing,
      double zLoss,
      double maxLogitScale) {
    public Loss {
      require(notNegative(late), "loss.late", late, "finite and >= 0");
      require(notNegative(global), "loss.global", global, "finite and >= 0");
      StepCount.check("loss.late_warmup", lateWarmup);
      requireOneOf(FEATURE_PRECISIONS, "loss.feature_precision", featurePrecision);
      require(
          labelSmoothing >= 0 && labelSmoothing < 1,
          "loss.label_smoothing",
          labelSmoothing,
          "in [0, 1)");
      require(notNegative(zLoss), "loss.z_loss", zLoss, "finite and >= 0");
      require(
          maxLogitScale >= 1 && Double.isFinite(maxLogitScale),
          "loss.max_logit_scale",
          maxLogitScale,
          "finite and >= 1");
    }

    /** The late weight at a step; steps count from 1. */
    public double late(long step, int total) {
      int rise = StepCount.of(lateWarmup, total);
      return step >= rise ? late : late * step / rise;
    }

    Loss onlyGlobal() {
      return new Loss(0, 1, 0, keepTokens, featurePrecision, labelSmoothing, zLoss, maxLogitScale);
    }
  }

  /** Which captions of a training sample are used: all, one drawn each time, or only its first. */
  public enum CaptionChoice {
    ALL,
    FIRST
  }

  /** Arithmetic of the towers. */
  public enum PrecisionChoice {
    AUTO,
    FP32,
    BF16,
    FP16
  }

  /** Where it runs. */
  public enum DeviceChoice {
    AUTO,
    CPU,
    CUDA
  }

  /** Checkpoint every so many steps (0 = only at the end), keep the newest so many. */
  public record Checkpoint(int every, int keep) {
    public Checkpoint {
      require(every >= 0, "checkpoint.every", every, ">= 0 (0 = only at the end)");
      require(keep >= 1, "checkpoint.keep", keep, ">= 1");
    }
  }

  /**
   * Evaluation during training, on {@code data.validation}.
   *
   * @param every steps between evaluations, 0 = never
   * @param keepBest the metric that chooses DIR/best
   * @param samples at most so many validation images are used
   */
  public record Evaluate(int every, List<String> tasks, String keepBest, int samples) {
    public Evaluate {
      tasks = List.copyOf(tasks);
      require(every >= 0, "evaluate.every", every, ">= 0 (0 = never)");
      require(!tasks.isEmpty(), "evaluate.tasks", tasks, "at least one task");
      tasks.forEach(task -> requireOneOf(METRICS.keySet(), "evaluate.tasks", task));
      requireOneOf(metrics(tasks), "evaluate.keep_best", keepBest);
      require(samples >= 2, "evaluate.samples", samples, ">= 2");
    }

    private static Set<String> metrics(List<String> tasks) {
      Set<String> all = new LinkedHashSet<>();
      tasks.forEach(task -> all.addAll(METRICS.getOrDefault(task, List.of())));
      return all;
    }

    /** The metric that chooses the best checkpoint when the config does not say. */
    static String bestOf(String task) {
      return METRICS.getOrDefault(task, List.of("r1")).getFirst();
    }
  }

  /**
   * Training on several processes.
   *
   * @param timeout seconds after which a rank that does not answer ends the run
   * @param overlap whether gradients are sent while the backward pass runs
   */
  public record Distributed(int timeout, Overlap overlap) {
    /** When gradients are sent. */
    public enum Overlap {
      /** During the backward pass, but where all ranks share the cores of one machine. */
      AUTO,
      /** During the backward pass. */
      ALWAYS,
      /** After it. */
      NEVER
    }

    public Distributed {
      require(
          timeout >= 1 && timeout <= 86_400,
          "distributed.timeout",
          timeout,
          "in [1, 86400] (seconds)");
    }
  }

  static final Set<String> AUTOAUGMENTS = Choices.of("none", "imagenet");
  static final Set<String> OPTIMIZERS = Choices.of("adamw", "lamb");
  static final Set<String> DECAYS = Choices.of("cosine", "linear", "none");
  static final Set<String> FEATURE_PRECISIONS = Choices.of("auto", "fp32", "bf16", "fp16");

  /** Tasks of evaluation and the metrics each yields, the most telling one first. */
  static final Map<String, List<String>> METRICS = metricsOfTasks();

  private static Map<String, List<String>> metricsOfTasks() {
    Map<String, List<String>> tasks = new LinkedHashMap<>();
    tasks.put("retrieval", List.of("r1", "r5", "r10", "t2i_r1", "i2t_r1"));
    tasks.put("zero-shot", List.of("top1", "top5", "mean_per_class"));
    tasks.put("pointing", List.of("word_in_box", "patch_to_word"));
    tasks.put(
        "binding",
        List.of(
            "binding_all",
            "binding_colour",
            "binding_size",
            "binding_texture",
            "binding_relation"));
    return Collections.unmodifiableMap(tasks);
  }

  private static void requireOneOf(Set<String> allowed, String key, String value) {
    if (!allowed.contains(value)) {
      throw Choices.notOneOf(allowed, key, value);
    }
  }

  private static boolean positive(double value) {
    return value > 0 && Double.isFinite(value);
  }

  private static boolean notNegative(double value) {
    return value >= 0 && Double.isFinite(value);
  }

  private static boolean share(double value) {
    return value >= 0 && value <= 1;
  }
}
