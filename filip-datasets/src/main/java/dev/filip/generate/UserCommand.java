package dev.filip.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Runs a command of the user's machine and waits for it. */
final class UserCommand {
  private UserCommand() {}

  /**
   * Runs {@code command} in {@code folder}, its output into {@code log}.
   *
   * @return empty when there is no such command; else its exit code and last line
   */
  static Optional<String> run(List<String> command, Path folder, Path log) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      return Optional.empty();
    }
    try {
      int exit = process.waitFor();
      String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
      String last = text.lines().filter(l -> !l.isBlank()).reduce("no message", (a, b) -> b);
      return Optional.of("exit code " + exit + ", " + last.strip());
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.getFirst() + " was running", e);
    }
  }
}
