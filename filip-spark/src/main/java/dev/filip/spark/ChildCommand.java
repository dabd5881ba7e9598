package dev.filip.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command in a process of its own, whose lines go to the executor's log. Stateless. */
final class ChildCommand {
  private static final Logger LOG = LoggerFactory.getLogger(ChildCommand.class);

  private ChildCommand() {}

  /**
   * Runs it to its end; it is asked to end when the task is.
   *
   * @param name of the task, in the log and in the message of a failure
   * @throws IllegalStateException where its exit code is not 0
   */
  static void run(
      String name, List<String> command, Map<String, String> variables, BooleanSupplier interrupted)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      Thread words = Thread.ofVirtual().start(() -> copy(process, name));
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        if (interrupted.getAsBoolean()) {
          process.destroy(); // asked to stop: it ends in a state that it goes on from
        }
      }
      words.join();
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(name + " ended with exit code " + process.exitValue());
    }
  }

  private static void copy(Process process, String name) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.info("[{}] {}", name, line);
      }
    } catch (IOException e) {
      LOG.info("[{}] its output ended: {}", name, e.getMessage());
    }
  }
}
