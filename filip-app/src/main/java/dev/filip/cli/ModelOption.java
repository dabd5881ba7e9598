package dev.filip.cli;

import dev.filip.search.IndexAbout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The {@code --model} option of commands that encode for an index. */
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The index's model, where it was moved. Default: where it was at first.")
  private @Nullable Path model;

  Path of(IndexAbout about) {
    return model == null ? Path.of(about.model()) : model;
  }
}
