package dev.filip.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The {@code --split} option. */
final class SplitOption {
  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "Split of a data set of known layout (NAME:PATH), or sub-folder. Default: the one that is judged; for a tokenizer or a download, trained on.")
  private @Nullable String split;

  /** The split; null for the default one. */
  @Nullable String name() {
    return split;
  }
}
