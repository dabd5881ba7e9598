package dev.filip.eval;

import dev.filip.io.BadInput;
import java.util.List;
import java.util.TreeSet;

/** The tasks there are. */
public final class Tasks {
  /** As a user finds them without any option. */
  public static final List<Task<?>> ALL =
      List.of(ZeroShotEval.DEFAULT, RetrievalEval.DEFAULT, new PointingEval(), BindingEval.DEFAULT);

  private Tasks() {}

  /**
   * The task of a name.
   *
   * @param key who names it, for the message
   * @throws BadInput for an unknown one
   */
  public static Task<?> named(String name, String key) {
    return ALL.stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            BadInput.of(
                key, name, "one of " + new TreeSet<>(ALL.stream().map(Task::name).toList())));
  }
}
