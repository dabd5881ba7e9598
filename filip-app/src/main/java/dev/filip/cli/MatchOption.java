package dev.filip.cli;

import dev.filip.encode.Match;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The {@code --match} option. */
final class MatchOption {
  @Option(
      names = "--match",
      description =
          "Compare late or global. Default: as the model was trained; late on a global model is said to be untrained.")
  private @Nullable Match match;

  @Nullable Match match() {
    return match;
  }
}
