package dev.filip.config;

import static dev.filip.io.BadInput.require;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A whole training run, as the strict reader makes it. Each part holds its keys ({@code KEYS}:
 * names, types, defaults, rules and meanings, which are also the table of {@code docs/CONFIG.md})
 * and refuses values that break their rules, so a value of this type is always complete and in
 * range. Immutable, may be shared between threads.
 *
 * <p>With {@code interaction: global} the weights of the losses are 0 and 1 whatever was given, so
 * that one file serves both by {@code --set interaction=global}.
 *
 * @param finetune {@link Finetune#ALL} unless the model is a folder
 * @param microBatch 0 = none, one pass over the whole batch
 */
public record RunConfig(
    ModelChoice model,
    Finetune finetune,
    Interaction interaction,
    DataConfig data,
    TokenizerChoice tokenizer,
    AugmentConfig augment,
    int batch,
    int microBatch,
    Length length,
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    LossConfig loss,
    PrecisionChoice precision,
    DeviceChoice device,
    boolean gradientCheckpointing,
    int workers,
    long seed,
    Checkpoint checkpoint,
    EvaluateConfig evaluate,
    Distributed distributed) {
  static final Section<RunConfig> KEYS =
      Section.of(
          "",
          RunConfig.class,
          new ModelSection(),
          Key.map(
              Finetune.KEYS,
              type ->
                  type.only(
                      given -> given.get("model", ModelChoice.class) instanceof ModelChoice.Folder,
                      "left out unless model is a model folder (there are no weights to tune)"),
              "everything is trained at one rate",
              "only with a model folder ([WEIGHTS.md](WEIGHTS.md#fine-tuning)); the keys below"),
          Key.following(
              "interaction",
              Type.word(Interaction.class),
              "the preset's or the folder's; `late` for sizes",
              given -> ModelSection.interaction(given.get("model", ModelChoice.class)),
              "how pairs are scored: FILIP, CLIP, or a weighted sum of both losses"),
          Key.required("data", Type.map(DataConfig.KEYS), "").over(DataConfig.KEYS),
          Key.following(
              "tokenizer",
              TokenizerChoice.TYPE,
              "`{train: 2000}`; the model folder's own where `model` is a folder, and no other",
              given ->
                  given.get("model", ModelChoice.class) instanceof ModelChoice.Folder(String f, _)
                      ? new TokenizerChoice.Folder(f)
                      : new TokenizerChoice.Train(2000),
              "N >= 514: learn a BPE of N pieces from the training captions; a folder: take its"
                  + " `tokenizer.json`, or `vocab.json` and `merges.txt`"),
          Key.map(
              AugmentConfig.KEYS,
              type -> type.noneFor(AugmentConfig.NONE),
              "`none`",
              "the four keys below; the generated data sets are their own augmentation"),
          Key.of(
              "batch",
              Type.whole(">= 2 (a pair needs others to be told from)"),
              64,
              "pairs a step over all processes"),
          Key.of(
              "micro_batch",
              Type.whole(">= 1").orNone(0),
              0,
              "pairs of a process whose activations are held at a time. The batch is encoded"
                  + " twice, first without a graph, so memory no longer grows with `batch` but for"
                  + " features and pixels; the gradient is that of the whole batch"
                  + " ([TRAINING.md](TRAINING.md))"),
          new Length.Keys(),
          Key.map(OptimizerConfig.KEYS),
          Key.map(ScheduleConfig.KEYS),
          Key.map(LossConfig.KEYS),
          Key.of(
              "precision",
              Type.word(PrecisionChoice.class),
              PrecisionChoice.AUTO,
              "arithmetic of the towers; `auto` chooses by the machine, says why, and stands as"
                  + " what it came to in the run's `config.yaml` and checkpoints"
                  + " ([TRAINING.md](TRAINING.md#a-step)); `fp16` needs a GPU"),
          Key.of("device", Type.word(DeviceChoice.class), DeviceChoice.AUTO, "where it runs"),
          Key.of(
              "gradient_checkpointing",
              Type.FLAG,
              false,
              "recompute each block in the backward pass: less memory, slower"),
          Key.of(
              "workers",
              Type.whole(">= 1"),
              2,
              "threads that read, decode and augment; changes speed, never results"),
          Key.of("seed", Type.LONG, 1L, "of initialisation, order, captions and augmentation"),
          Key.map(Checkpoint.KEYS),
          Key.map(EvaluateConfig.KEYS),
          Key.map(Distributed.KEYS));

  public RunConfig {
    KEYS.check(
        model,
        finetune,
        interaction,
        data,
        tokenizer,
        augment,
        batch,
        microBatch,
        length,
        optimizer,
        schedule,
        loss,
        precision,
        device,
        gradientCheckpointing,
        workers,
        seed,
        checkpoint,
        evaluate,
        distributed);
    require(
        model instanceof ModelChoice.Folder || finetune.equals(Finetune.ALL),
        "finetune",
        finetune,
        "left out unless model is a model folder");
    loss = interaction == Interaction.GLOBAL ? loss.onlyGlobal() : loss;
    require(batch % data.group() == 0, "batch", batch, "a multiple of data.group " + data.group());
    require(
        batch % data.unitRows() == 0 && (data.unitRows() == 1 || batch > data.captionsPerImage()),
        "batch",
        batch,
        "a multiple of data.group x data.captions_per_image, "
            + data.unitRows()
            + ", of two images at least");
    require(
        data.captionsPerImage() == 1 || loss.positives() == LossConfig.PositiveChoice.ALL,
        "data.captions_per_image",
        data.captionsPerImage(),
        "1 unless loss.positives is all (an image's captions would be each other's wrong answers)");
    require(
        interaction == Interaction.GLOBAL || loss.late() > 0,
        "loss.late",
        loss.late(),
        "> 0 with interaction " + Choices.name(interaction));
    require(
        interaction != Interaction.BOTH || loss.global() > 0,
        "loss.global",
        loss.global(),
        "> 0 with interaction both");
    require(
        interaction != Interaction.LATE || loss.global() == 0,
        "loss.global",
        loss.global(),
        "0 with interaction late (interaction: both trains both)");
    require(
        interaction != Interaction.LATE || loss.lateWarmup() == 0,
        "loss.late_warmup",
        loss.lateWarmup(),
        "0 with interaction late (interaction: both has a second loss to begin with)");
    require(
        data.validation() != null || evaluate.every() == 0,
        "evaluate.every",
        evaluate.every(),
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

  /** The same in another arithmetic of the towers and of the features the loss sees. */
  public RunConfig with(PrecisionChoice towers, PrecisionChoice features) {
    return new RunConfig(
        model,
        finetune,
        interaction,
        data,
        tokenizer,
        augment,
        batch,
        microBatch,
        length,
        optimizer,
        schedule,
        loss.with(features),
        towers,
        device,
        gradientCheckpointing,
        workers,
        seed,
        checkpoint,
        evaluate,
        distributed);
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

  /** Train a BPE of this size on the training captions, or take a folder's. */
  public sealed interface TokenizerChoice {
    /** {@code {train: N}}, or a folder. */
    Type<TokenizerChoice> TYPE =
        Type.of("`{train: N}` or folder", TokenizerChoice::read, TokenizerChoice::write);

    private static TokenizerChoice read(ConfigNode node, Given given) {
      if (given.get("model", ModelChoice.class) instanceof ModelChoice.Folder(String path, _)
          && !node.node().asText().equals(path)) {
        throw node.wrong(
            "left out, or the model folder " + path + ": weights know their own tokens");
      }
      return node.node().isTextual()
          ? new Folder(node.text())
          : Type.map(Train.KEYS).read(node, given);
    }

    private static JsonNode write(TokenizerChoice choice) {
      return switch (choice) {
        case Train train -> Train.KEYS.json(train);
        case Folder(String path) -> TextNode.valueOf(path);
      };
    }

    /** Size of the vocabulary: 512 byte pieces, merges, [BOS] and [EOS]. */
    record Train(int size) implements TokenizerChoice {
      static final Section<Train> KEYS =
          Section.of(
              "tokenizer",
              Train.class,
              Key.required("train", Type.whole(">= 514 (512 bytes, [BOS], [EOS])"), "")
                  .filling("size"));

      public Train {
        KEYS.check(size);
      }
    }

    /** A folder with {@code tokenizer.json} or {@code vocab.json} and {@code merges.txt}. */
    record Folder(String path) implements TokenizerChoice {}
  }

  /** How long to train: steps or epochs, one of them. */
  public sealed interface Length {
    /** Optimizer steps. */
    record Steps(int n) implements Length {
      public Steps {
        Keys.STEPS.validate("", n);
      }
    }

    /** Passes over the training sources, in samples. */
    record Epochs(double n) implements Length {
      public Epochs {
        Keys.EPOCHS.validate("", n);
      }
    }

    /** {@code steps} or {@code epochs}: one of them fills a length. */
    final class Keys implements Field<Length> {
      private static final Key<Integer> STEPS =
          Key.of("steps", Type.whole(">= 1"), 2000, "optimizer steps; give `steps` or `epochs`");
      private static final Key<Double> EPOCHS =
          Key.optional(
              "epochs",
              Type.number("a finite number > 0"),
              "-",
              "passes over the training samples, rounded to whole steps");

      private Keys() {}

      @Override
      public List<String> names() {
        return List.of("steps", "epochs");
      }

      @Override
      public Length read(ConfigNode map, Given given) {
        Double epochs = EPOCHS.read(map, given);
        if (epochs != null && map.at("steps").isPresent()) {
          throw map.required("epochs").wrong("left out where steps is given");
        }
        return epochs != null
            ? new Epochs(epochs)
            : new Steps(requireNonNull(STEPS.read(map, given)));
      }

      @Override
      public void write(ObjectNode map, Length length) {
        switch (length) {
          case Steps(int n) -> STEPS.write(map, n);
          case Epochs(double n) -> EPOCHS.write(map, n);
        }
      }

      @Override
      public List<String> rows(String section) {
        return Stream.of(STEPS, EPOCHS).flatMap(key -> key.rows(section).stream()).toList();
      }
    }

    /** Steps for {@code samples} an epoch in batches of {@code batch}; at least 1. */
    default int toSteps(LongSupplier samples, int batch) {
      return switch (this) {
        case Steps(int n) -> n;
        case Epochs(double n) ->
            Math.toIntExact(Math.max(1, Math.round(n * (double) samples.getAsLong() / batch)));
      };
    }
  }

  /** Arithmetic of the towers. */
  public enum PrecisionChoice {
    AUTO,
    FP32,
    BF16,
    FP16;

    /** As configs and logs write it. */
    public String word() {
      return Choices.name(this);
    }
  }

  /** Where it runs. */
  public enum DeviceChoice {
    AUTO,
    CPU,
    CUDA
  }

  /** Checkpoint every so many steps (0 = only at the end), keep the newest so many. */
  public record Checkpoint(int every, int keep) {
    static final Section<Checkpoint> KEYS =
        Section.of(
            "checkpoint",
            Checkpoint.class,
            Key.of("every", Type.whole(">= 0 (0 = only at the end)"), 500, "steps"),
            Key.of("keep", Type.whole(">= 1"), 3, "the newest so many"));

    public Checkpoint {
      KEYS.check(every, keep);
    }
  }

  /** Training on several processes. */
  public record Distributed(int timeout, Overlap overlap) {
    static final Section<Distributed> KEYS =
        Section.of(
            "distributed",
            Distributed.class,
            Key.of(
                "timeout",
                Type.whole("in [1, 86400] (seconds)"),
                60,
                "after which a process of a run on several ([DISTRIBUTED.md](DISTRIBUTED.md)) that"
                    + " does not answer ends the run; evaluation and checkpoints do not count"),
            Key.of(
                "overlap",
                Type.word(Overlap.class),
                Overlap.AUTO,
                "whether gradients are sent, bucket by bucket, while the backward pass runs, or"
                    + " after it; the sums are the same. `auto`: during it, but where all"
                    + " processes share the cores of one machine"
                    + " ([DISTRIBUTED.md](DISTRIBUTED.md))"));

    public Distributed {
      KEYS.check(timeout, overlap);
    }

    /** When gradients are sent. */
    public enum Overlap {
      /** During the backward pass, but where all ranks share the cores of one machine. */
      AUTO,
      /** During the backward pass. */
      ALWAYS,
      /** After it. */
      NEVER
    }
  }
}
