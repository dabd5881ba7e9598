package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.eval.EvalData;
import dev.filip.eval.Task;
import dev.filip.eval.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code filip eval}: judges a model. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    subcommands = ProbeCommand.class,
    description = "Judge a model: zero-shot classification, retrieval, pointing, linear probe.",
    footer = {
      "",
      "Example:",
      "  filip eval retrieval models/collages-late data/collages/test-unseen"
    })
final class EvalCommand extends Group {
  /** Adds a command for each task. */
  @Spec
  void tasks(CommandSpec spec) {
    Tasks.ALL.forEach(task -> spec.addSubcommand(task.name(), TaskCommand.of(task)));
    spec.addSubcommand("suite", new CommandLine(new SuiteCommand()));
    spec.addSubcommand("prompts", new CommandLine(new PromptsCommand()));
    spec.addSubcommand("compare", new CommandLine(new CompareCommand()));
  }

  /** {@code filip eval TASK}: name, help and options are the task's. */
  @Command(mixinStandardHelpOptions = true)
  private static final class TaskCommand implements Callable<Integer> {
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
      Task.Result result = on.judge(task.with(given));
      ObjectNode json = result.toJson();
      if (answer.isJson()) {
        json.put("task", task.name()).put("model", on.model.toString()).put("source", on.source);
        json.set("outcomes", result.outcomes()); // what filip eval compare reads
      }
      answer.print(json);
      return 0;
    }

    /** What every {@code filip eval} command takes: a model, a source, and how much of it. */
    private static final class EvalSource {
      @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
      private Path model;

      @Parameters(
          index = "1",
          paramLabel = "SOURCE",
          description = "Shards, folder, class folders, CSV, TSV, or NAME:PATH#SPLIT.")
      private String source;

      @Mixin private LimitOption limit;
      @Mixin private PrecisionOption precision;
      @Mixin private ColumnOptions columns;

      /** Opens both, judges, closes both. */
      Task.Result judge(Task<?> task) throws IOException {
        int most = limit.samples();
        try (var samples = columns.open(source);
            Filip filip = precision.openForMany(model)) {
          return task.run(filip.embedder(), new EvalData(samples, source, most, false));
        }
      }
    }
  }
}
