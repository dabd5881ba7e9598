package dev.filip.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The processes that a study has running. When this JVM is asked to end they are asked too, and
 * leave a checkpoint behind. Thread-safe.
 */
final class Children implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private final Thread hook = new Thread(this::end, "filip-study-end");
  private volatile boolean ending;

  Children() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether this JVM was asked to end: exit codes say nothing any more. */
  boolean ending() {
    return ending;
  }

  /** Runs one to its end: standard output to {@code answer}, the rest added to {@code log}. */
  int run(List<String> command, Path answer, Path log) throws IOException {
    if (ending) {
      throw new IOException("ending");
    }
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(answer.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    running.add(process);
    try {
      process.getOutputStream().close();
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      running.remove(process);
    }
  }

  private void end() {
    ending = true;
    List<Process> asked = new ArrayList<>(running);
    asked.forEach(Process::destroy);
    try {
      for (Process process : asked) {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends what still runs. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the hook is at work
    }
    for (Process process : running) {
      process.destroy();
      try {
        process.getInputStream().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
