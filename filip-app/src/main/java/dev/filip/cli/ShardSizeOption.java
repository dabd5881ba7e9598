package dev.filip.cli;

import dev.filip.download.DownloadOptions;
import picocli.CommandLine.Option;

/** The {@code --shard-size} option. */
final class ShardSizeOption {
  @Option(
      names = "--shard-size",
      paramLabel = "N",
      defaultValue = "" + DownloadOptions.PER_SHARD,
      description =
          "Samples of a written shard; for a download, rows of the table. Default: ${DEFAULT-VALUE}.")
  private int samples = DownloadOptions.PER_SHARD;

  int samples() {
    return samples;
  }
}
