package dev.filip.cli;

import dev.filip.data.CaptionTable;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a source is read: the columns of CSV, TSV and Parquet, and the split. */
final class ColumnOptions {
  @Option(
      names = "--image-key",
      paramLabel = "COLUMN",
      description = "Column with the image's path (CSV, TSV). Default: filepath.")
  private @Nullable String imageKey;

  @Option(
      names = "--caption-key",
      paramLabel = "COLUMN",
      description = "Column with the caption (CSV, TSV). Default: title.")
  private @Nullable String captionKey;

  @Mixin private SplitOption split;

  /** Opens a source; of a published data set it is said what was found. */
  SampleSource open(String source) {
    return open(source, options());
  }

  /** The rows of a Parquet file of paths and captions; null where the source is another. */
  @Nullable CaptionTable captions(String source) {
    return Sources.captions(source, options());
  }

  /** The same with the other columns of a table as metadata. */
  SampleSource openWithOtherColumns(String source) {
    return open(source, options().withOtherColumns());
  }

  private static SampleSource open(String source, SourceOptions options) {
    SampleSource samples = Sources.open(source, options);
    if (samples.origin() != null) {
      System.err.println("source: " + samples.describe());
    }
    return samples;
  }

  SourceOptions options() {
    return SourceOptions.columns(imageKey, captionKey).ofSplit(split.name());
  }
}
