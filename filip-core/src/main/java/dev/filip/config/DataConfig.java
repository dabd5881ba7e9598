package dev.filip.config;

import static dev.filip.io.BadInput.require;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where samples come from.
 *
 * @param group consecutive samples that stay together in a batch, 1 for none
 * @param imageKey null = the reader's default
 * @param captionKey null = the reader's default
 * @param captionsPerImage rows of a batch that a sample fills
 * @param lanes null = 8, or the largest number below that divides batch / group
 * @param window samples that are shuffled together
 * @param textMultiple null = 1 on a CPU, 8 on a GPU
 */
public record DataConfig(
    List<WeightedSource> train,
    @Nullable String validation,
    int group,
    boolean distinct,
    @Nullable String imageKey,
    @Nullable String captionKey,
    boolean exifRotation,
    CaptionChoice captions,
    int captionsPerImage,
    @Nullable Integer lanes,
    int window,
    Failures failures,
    Unreachable unreachable,
    @Nullable Integer textMultiple) {
  static final Section<DataConfig> KEYS =
      Section.of(
          "data",
          DataConfig.class,
          Key.required(
              "train",
              Type.list(
                  "source, list of sources, or list of `{source, split, weight}` or `{source, share}`",
                  WeightedSource.TYPE,
                  "at least one source"),
              "where training pairs come from; `split` names one of a data set of known layout"
                  + " (`NAME:PATH`, [DATASETS.md](DATASETS.md)), as `NAME:PATH#SPLIT` does;"
                  + " samples are drawn in proportion to size x"
                  + " weight; weight > 0, default 1. With `share` > 0, given to all or none, they"
                  + " are drawn in proportion to it, each source has its own epochs, and nothing is"
                  + " counted"),
          Key.optional(
              "validation",
              SourceText.TYPE.called("source or `{source, split}`"),
              "none",
              "evaluated during training; without it `evaluate.every` must be 0"),
          Key.of(
              "group",
              Type.whole(">= 1"),
              1,
              "divides `batch`; so many consecutive samples stay together in a batch (hard"
                  + " negatives such as the twins of scenes)"),
          Key.of("distinct", Type.FLAG, false, "no two samples of a batch share a caption"),
          Key.optional(
              "image_key",
              Type.TEXT,
              "the reader's",
              "column of the image path in CSV, TSV and Parquet sources"),
          Key.optional("caption_key", Type.TEXT, "the reader's", "column of the caption there"),
          Key.of(
                  "exif_rotation",
                  Type.FLAG,
                  false,
                  "turn images as their EXIF orientation says (the Python tools do not); stored"
                      + " in a new model's `preprocessor_config.json` and so obeyed by every"
                      + " command")
              .quietly(),
          Key.of(
                  "captions",
                  Type.word(CaptionChoice.class),
                  CaptionChoice.ALL,
                  "which of a training sample's captions are used: one drawn uniformly by (seed,"
                      + " epoch, sample), or always the first; the tokenizer is learnt from the"
                      + " same. Evaluation reads all")
              .quietly(),
          Key.of(
                  "captions_per_image",
                  Type.whole(">= 1"),
                  1,
                  "divides `batch`; so many captions of a sample are rows of its batch, side by"
                      + " side, drawn without repetition (a sample with fewer gives some twice)."
                      + " Its image is decoded, augmented and encoded once. More than 1 needs"
                      + " `loss.positives: all`"
                      + " ([TRAINING.md](TRAINING.md#several-captions-of-an-image))")
              .quietly(),
          Key.optional(
              "lanes",
              Type.whole(">= 1"),
              "8, or the largest number below that divides `batch` / `group`",
              "divides `batch` / `group`; among so many lanes the shards of data larger than a"
                  + " window are dealt, and a batch takes equal rows of each. The order of samples"
                  + " follows from it, and not from the number of processes, which must divide it"
                  + " ([TRAINING.md](TRAINING.md#the-order-of-samples))"),
          Key.of(
                  "window",
                  Type.whole(">= 1"),
                  1 << 18,
                  "samples that are shuffled together, over all lanes. Data that is no larger has"
                      + " one permutation an epoch; of anything larger this much is in memory and,"
                      + " of remote shards, twice this much in the cache: 20 GB at 40 kB a sample"
                      + " ([TRAINING.md](TRAINING.md#the-order-of-samples))")
              .quietly(),
          Key.map(Failures.KEYS, type -> type, "", "").quietly(),
          Key.of(
                  "unreachable",
                  Type.word(Unreachable.class),
                  Unreachable.STOP,
                  "what happens when a shard cannot be had after all tries: the run ends with a"
                      + " checkpoint and names it, or goes on without it and counts it")
              .quietly(),
          Key.optional(
              "text_multiple",
              Type.whole(">= 1"),
              "1 on a CPU, 8 on a GPU",
              "texts of a batch are padded to a multiple of so many tokens, at most the context,"
                  + " so that a GPU meets few shapes ([GPU.md](GPU.md)); 1: to the longest. It"
                  + " changes the order of sums, no value"));

  public DataConfig {
    train = List.copyOf(train);
    KEYS.check(
        train,
        validation,
        group,
        distinct,
        imageKey,
        captionKey,
        exifRotation,
        captions,
        captionsPerImage,
        lanes,
        window,
        failures,
        unreachable,
        textMultiple);
    long shares = train.stream().filter(source -> source.share() > 0).count();
    require(
        shares == 0 || shares == train.size(),
        "data.train.share",
        shares + " of " + train.size() + " sources",
        "given to every source or to none");
    require(
        captions == CaptionChoice.ALL || captionsPerImage == 1,
        "data.captions_per_image",
        captionsPerImage,
        "1 with data.captions first");
  }

  /** Rows of a batch that samples which stay together fill. */
  public int unitRows() {
    return group * captionsPerImage;
  }

  /**
   * One training source; samples are drawn in proportion to size x weight.
   *
   * @param share samples are drawn in proportion to it instead; 0 for size x weight
   */
  public record WeightedSource(String source, double weight, double share) {
    static final Section<WeightedSource> KEYS =
        Section.of(
            "data.train",
            WeightedSource.class,
            Key.required("source", Type.TEXT, ""),
            Key.of("weight", Type.number("> 0"), 1.0, ""),
            Key.of("share", Type.number(">= 0"), 0.0, "").quietly());

    /** A map of these keys, or the source alone. */
    static final Type<WeightedSource> TYPE =
        Type.of(
            "",
            (node, given) ->
                node.node().isTextual()
                    ? new WeightedSource(node.text(), 1)
                    : KEYS.read(SourceText.joined(node, KEYS.names()), given),
            KEYS::json);

    public WeightedSource {
      KEYS.check(source, weight, share);
    }

    /** By size x weight. */
    public WeightedSource(String source, double weight) {
      this(source, weight, 0);
    }
  }

  /**
   * How many samples that cannot be used are no longer the samples' fault.
   *
   * @param share of the samples tried, once there are 1,000
   */
  public record Failures(int inARow, double share) {
    static final Section<Failures> KEYS =
        Section.of(
            "data.failures",
            Failures.class,
            Key.of(
                "in_a_row",
                Type.whole(">= 1"),
                100,
                "so many samples after each other that cannot be used end the run with a"
                    + " checkpoint"),
            Key.of(
                "share",
                Type.number("in (0, 1]"),
                0.01,
                "a larger share of samples that cannot be used ends it too, once 1,000 were"
                    + " tried"));

    public Failures {
      KEYS.check(inARow, share);
    }
  }

  /** What happens when a shard cannot be had. */
  public enum Unreachable {
    STOP,
    SKIP
  }

  /** Which captions of a training sample are used: all, one drawn each time, or only its first. */
  public enum CaptionChoice {
    ALL,
    FIRST
  }
}
