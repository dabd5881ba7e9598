package dev.filip.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command run as the child process of a task, until it ends or the task is to end; its lines go
 * to the executor's log.
 *
 * @param name who it is, for the log and for messages: {@code rank 3}
 * @param command the program and its arguments
 * @param variables of its environment, beside the executor's
 */
record ChildCommand(String name, List<String> command, Map<String, String> variables) {
  private static final Logger LOG = LoggerFactory.getLogger(ChildCommand.class);

  /**
   * Runs it.
   *
   * @throws IllegalStateException where it ends with another exit code than 0, with its last line
   */
  void run(TaskContext context) {
    try {
      run(context, start());
    } catch (IOException e) {
      throw new IllegalStateException("cannot start " + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(name + " was interrupted", e);
    }
  }

  private Process start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    return builder.start();
  }

  private void run(TaskContext context, Process process) throws InterruptedException {
    String[] last = {""};
    try {
      Thread words = Thread.ofVirtual().start(() -> copy(process, last));
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        if (context.isInterrupted()) {
          process.destroy(); // asked to stop: what is made of it stays
        }
      }
      words.join();
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          name + " ended with exit code " + process.exitValue() + ": " + last[0]);
    }
  }

  private void copy(Process process, String[] last) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.info("[{}] {}", name, line);
        last[0] = line;
      }
    } catch (IOException e) {
      LOG.info("[{}] its output ended: {}", name, e.getMessage());
    }
  }
}
