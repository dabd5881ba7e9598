package dev.filip.cli;

import dev.filip.eval.PointingEval;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code filip eval pointing}. */
@Command(
    name = "pointing",
    mixinStandardHelpOptions = true,
    description =
        "How often a word's best patch lies in the word's true box, and how often an object's"
            + " patches choose its word, beside chance.",
    footer = {
      "",
      "Example:",
      "  filip eval pointing models/collages-late data/collages/test-unseen"
    })
final class PointingCommand implements Callable<Integer> {
  @Mixin private EvalSource on;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    var result = on.judge(new PointingEval()::run);
    answer.print(result.toJson());
    return 0;
  }
}
