package dev.filip.cli;

import dev.filip.checkpoint.ModelShow;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code filip model}. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Look at a model folder.",
    subcommands = ModelCommand.Show.class,
    footer = {"", "Example:", "  filip model show models/collages-late"})
final class ModelCommand extends Group {

  /** {@code filip model show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description =
          "What a model folder holds: sizes, interaction, parameters, files, where it came from.",
      footer = {"", "Example:", "  filip model show models/collages-late"})
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "Model folder.")
    private Path model;

    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      ModelShow show = ModelShow.of(model);
      answer.print(show.toJson(), show.toText());
      return 0;
    }
  }
}
