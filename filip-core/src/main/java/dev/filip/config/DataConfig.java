package dev.filip.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where samples come from.
 *
 * @param group consecutive samples that stay together in a batch, 1 for none
 * @param imageKey null = the reader's default
 * @param captionKey null = the reader's default
 */
public record DataConfig(
    List<WeightedSource> train,
    @Nullable String validation,
    int group,
    boolean distinct,
    @Nullable String imageKey,
    @Nullable String captionKey,
    boolean exifRotation,
    CaptionChoice captions) {
  static final Section<DataConfig> KEYS =
      Section.of(
          "data",
          DataConfig.class,
          Key.required(
              "train",
              Type.list(
                  "source, list of sources, or list of `{source, weight}`",
                  WeightedSource.TYPE,
                  "at least one source"),
              "where training pairs come from; samples are drawn in proportion to size x"
                  + " weight; weight > 0, default 1"),
          Key.optional(
              "validation",
              Type.TEXT.called("source"),
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
              .quietly());

  public DataConfig {
    train = List.copyOf(train);
    KEYS.check(train, validation, group, distinct, imageKey, captionKey, exifRotation, captions);
  }

  /** One training source; samples are drawn in proportion to size x weight. */
  public record WeightedSource(String source, double weight) {
    static final Section<WeightedSource> KEYS =
        Section.of(
            "data.train",
            WeightedSource.class,
            Key.required("source", Type.TEXT, ""),
            Key.of("weight", Type.number("> 0"), 1.0, ""));

    /** A map of both keys, or the source alone. */
    static final Type<WeightedSource> TYPE =
        Type.of(
            "",
            (node, given) ->
                node.node().isTextual()
                    ? new WeightedSource(node.text(), 1)
                    : Type.map(KEYS).read(node, given),
            KEYS::json);

    public WeightedSource {
      KEYS.check(source, weight);
    }
  }

  /** Which captions of a training sample are used: all, one drawn each time, or only its first. */
  public enum CaptionChoice {
    ALL,
    FIRST
  }
}
