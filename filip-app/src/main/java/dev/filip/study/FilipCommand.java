package dev.filip.study;

import java.util.List;

/** How to start {@code filip} in a process of its own. */
@FunctionalInterface
public interface FilipCommand {
  /**
   * The whole command line.
   *
   * @param flags for its JVM
   * @param arguments such as {@code train, CONFIG}
   */
  List<String> line(List<String> flags, List<String> arguments);
}
