package dev.filip.cli;

import dev.filip.data.SourceOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The columns of CSV, TSV and Parquet sources. */
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

  SourceOptions options() {
    return SourceOptions.columns(imageKey, captionKey);
  }
}
