package dev.filip.data;

import org.jspecify.annotations.Nullable;

/**
 * How to read a source.
 *
 * @param imageKey column of the image in a CSV or Parquet; null: {@code filepath}, {@code image},
 *     {@code path} or {@code file}, the first that is there
 * @param captionKey column, or field of {@code KEY.json}, of the caption; null: the first of {@code
 *     title}, {@code caption}, {@code text}
 * @param split which split of a data set; null for the one that is judged, or trained on
 * @param training whether the source is to be trained on
 * @param keepTruncated a truncated shard gives the samples before its end (and {@link
 *     SampleSource#describe} says so) instead of being refused
 * @param otherColumns whether the other columns of a CSV, TSV or Parquet file are the samples'
 *     metadata
 */
public record SourceOptions(
    @Nullable String imageKey,
    @Nullable String captionKey,
    @Nullable String split,
    boolean training,
    boolean keepTruncated,
    boolean otherColumns) {
  /** Everything detected; truncated shards refused. */
  public static final SourceOptions DEFAULT =
      new SourceOptions(null, null, null, false, false, false);

  /** With these columns. */
  public static SourceOptions columns(@Nullable String imageKey, @Nullable String captionKey) {
    return new SourceOptions(imageKey, captionKey, null, false, false, false);
  }

  /** The same, truncated shards kept as far as they go. */
  public SourceOptions keepingTruncated() {
    return new SourceOptions(imageKey, captionKey, split, training, true, otherColumns);
  }

  /** The same with a split that is named beside the source, or null. */
  public SourceOptions ofSplit(@Nullable String name) {
    return new SourceOptions(imageKey, captionKey, name, training, keepTruncated, otherColumns);
  }

  /** The same for training: where no split is named, the one that is trained on is meant. */
  public SourceOptions forTraining() {
    return new SourceOptions(imageKey, captionKey, split, true, keepTruncated, otherColumns);
  }

  /** The same with the other columns of a table as metadata, which are kept in memory. */
  public SourceOptions withOtherColumns() {
    return new SourceOptions(imageKey, captionKey, split, training, keepTruncated, true);
  }
}
