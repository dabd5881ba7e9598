package dev.filip.cli;

import dev.filip.io.BadInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The {@code --limit} option. */
final class LimitOption {
  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use at most N samples, evenly spread. Default: all.")
  private @Nullable Integer limit;

  /** At most so many; 0 for all. */
  int samples() {
    if (limit == null) {
      return 0;
    }
    BadInput.require(limit >= 1, "--limit", limit, ">= 1 (left out for all)");
    return limit;
  }
}
