package dev.filip.cli;

import dev.filip.eval.Tasks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code filip eval}: judges a model. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Judge a model: zero-shot classification, retrieval, pointing.",
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
  }
}
