package dev.filip.cli;

import dev.filip.eval.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code filip eval TASK}: name, help and options are the task's. */
@Command(mixinStandardHelpOptions = true)
final class TaskCommand implements Callable<Integer> {
  private final Task<?> task;
  private final Map<String, String> given = new HashMap<>();
  @Mixin private EvalSource on;
  @Mixin private Answer answer;

  private TaskCommand(Task<?> task) {
    this.task = task;
  }

  /** The command of a task. */
  static CommandLine of(Task<?> task) {
    TaskCommand command = new TaskCommand(task);
    CommandSpec spec = CommandSpec.forAnnotatedObject(command).name(task.name());
    spec.usageMessage()
        .description(task.description())
        .footer("", "Example:", "  filip eval " + task.name() + " " + task.example());
    for (Task.Option option : task.options()) {
      spec.addOption(command.option(option));
    }
    return new CommandLine(spec);
  }

  private OptionSpec option(Task.Option option) {
    OptionSpec.Builder builder =
        OptionSpec.builder(option.name()).description(option.description());
    if (option.label() == null) {
      builder.type(boolean.class).arity("0").setter(setter(option.name(), true));
    } else {
      builder.type(String.class).paramLabel(option.label()).setter(setter(option.name(), false));
    }
    return builder.build();
  }

  /** A flag is there or not; any other option has its value. */
  private CommandLine.Model.ISetter setter(String name, boolean flag) {
    return new CommandLine.Model.ISetter() {
      @Override
      public <T> T set(T value) {
        if (value == null || (flag && !Boolean.TRUE.equals(value))) {
          given.remove(name);
        } else {
          given.put(name, flag ? "" : value.toString());
        }
        return value;
      }
    };
  }

  @Override
  public Integer call() throws Exception {
    answer.print(on.judge(task.with(given)).toJson());
    return 0;
  }
}
