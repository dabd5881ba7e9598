package dev.filip.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;

/** One part: the command with {@code --part I/N}. */
final class PartTask implements VoidFunction<Integer>, Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<String> command;
  private final int parts;

  PartTask(ArrayList<String> command, int parts) {
    this.command = command;
    this.parts = parts;
  }

  @Override
  public void call(Integer part) throws IOException, InterruptedException {
    TaskContext context = TaskContext.get();
    List<String> whole = new ArrayList<>(command);
    whole.add("--part");
    whole.add(part + "/" + parts);
    ChildCommand.run("part " + part, whole, Map.of(), context::isInterrupted);
  }
}
