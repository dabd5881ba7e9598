package dev.filip.cli;

import dev.filip.indexing.FolderFollower;
import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The {@code --rescan} option: how a folder is followed. */
final class RescanOption {
  private static final Duration SETTLE = Duration.ofMillis(700);

  @Option(
      names = "--rescan",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "With --watch: look at all of it so often, whatever the system tells of changes (network file systems tell nothing). Default: ${DEFAULT-VALUE}.")
  private int seconds;

  void check() {
    BadInput.require(seconds >= 1, "--rescan", seconds, ">= 1");
  }

  FolderFollower.Pace pace() {
    return new FolderFollower.Pace(SETTLE, Duration.ofSeconds(seconds));
  }

  /** Refuses what is no folder. */
  static void requireFolder(String source, String rule) {
    BadInput.require(isFolder(source), "--watch", source, rule);
  }

  private static boolean isFolder(String source) {
    try {
      return Files.isDirectory(Path.of(source));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
