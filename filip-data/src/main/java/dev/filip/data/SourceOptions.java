package dev.filip.data;

import org.jspecify.annotations.Nullable;

/**
 * How to read a source.
 *
 * @param imageKey column of the image in a CSV or Parquet; null: {@code filepath}, {@code image},
 *     {@code path} or {@code file}, the first that is there
 * @param captionKey column, or field of {@code KEY.json}, of the caption; null: the first of {@code
 *     title}, {@code caption}, {@code text}
 * @param keepTruncated a truncated shard gives the samples before its end (and {@link
 *     SampleSource#describe} says so) instead of being refused
 */
public record SourceOptions(
    @Nullable String imageKey, @Nullable String captionKey, boolean keepTruncated) {
  /** Everything detected; truncated shards refused. */
  public static final SourceOptions DEFAULT = new SourceOptions(null, null, false);

  /** With these columns. */
  public static SourceOptions columns(@Nullable String imageKey, @Nullable String captionKey) {
    return new SourceOptions(imageKey, captionKey, false);
  }

  /** The same, truncated shards kept as far as they go. */
  public SourceOptions keepingTruncated() {
    return new SourceOptions(imageKey, captionKey, true);
  }
}
