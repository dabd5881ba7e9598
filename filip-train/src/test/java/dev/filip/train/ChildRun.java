package dev.filip.train;

import static org.assertj.core.api.Assertions.fail;

import dev.filip.io.OwnJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A run in a process of its own that a test may kill. */
record ChildRun(Process process, Path log) {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Starts {@code main}; what it says goes to {@code log}. */
  static ChildRun start(
      Class<?> main, List<String> arguments, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(OwnJava.command(List.of(), main.getName(), arguments));
    builder.environment().putAll(environment);
    return new ChildRun(
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  /** Until a checkpoint is there and some steps were done that must be done again. */
  void awaitCheckpoint(Path checkpoint) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!Files.exists(checkpoint)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        fail("the child made no checkpoint: " + Files.readString(log));
      }
      Thread.sleep(5);
    }
    Thread.sleep(60);
  }
}
