package dev.filip.cli;

import dev.filip.eval.ClassPrompts;
import dev.filip.eval.ZeroShotEval;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip eval zero-shot}. */
@Command(
    name = "zero-shot",
    mixinStandardHelpOptions = true,
    description =
        "Classification by prompts: late averages similarities over prompts, global averages"
            + " embeddings.",
    footer = {"", "Example:", "  filip eval zero-shot runs/emoji-late/model data/emoji/openmoji"})
final class ZeroShotCommand implements Callable<Integer> {
  @Mixin private EvalSource on;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description = "Class names, one a line, in label order. Default: the source's.")
  private @Nullable Path classes;

  @Option(
      names = "--templates",
      paramLabel = "FILE",
      description =
          "Prompt templates, one a line; {}, {c} or {label} is the name's place. Default: the"
              + " source's, else one prompt.")
  private @Nullable Path templates;

  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    var result =
        on.judge((model, data) ->
            new ZeroShotEval(ClassPrompts.of(data.source(), classes, templates)).run(model, data));
    answer.print(result.toJson());
    return 0;
  }
}
