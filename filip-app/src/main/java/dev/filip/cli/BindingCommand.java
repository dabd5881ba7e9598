package dev.filip.cli;

import dev.filip.eval.BindingEval;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code filip eval binding}. */
@Command(
    name = "binding",
    mixinStandardHelpOptions = true,
    description =
        "How often a true caption beats its foil, in which one attribute is exchanged between two"
            + " objects (scenes).",
    footer = {"", "Example:", "  filip eval binding runs/scenes-late/model data/scenes/test"})
final class BindingCommand implements Callable<Integer> {
  @Mixin private EvalSource on;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    var result = on.judge(new BindingEval(null)::run);
    answer.print(result.toJson());
    return 0;
  }
}
