package dev.filip.cli;

import dev.filip.eval.RetrievalEval;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code filip eval retrieval}. */
@Command(
    name = "retrieval",
    mixinStandardHelpOptions = true,
    description =
        "Text-to-image and image-to-text recall at 1, 5 and 10, and the time of late beside global"
            + " matching.",
    footer = {
      "",
      "Example:",
      "  filip eval retrieval models/collages-late data/collages/test-unseen"
    })
final class RetrievalCommand implements Callable<Integer> {
  @Mixin private EvalSource on;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    var result = on.judge(RetrievalEval.DEFAULT::run);
    answer.print(result.toJson());
    return 0;
  }
}
