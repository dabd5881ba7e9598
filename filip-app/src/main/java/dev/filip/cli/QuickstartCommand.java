package dev.filip.cli;

import dev.filip.quickstart.Quickstart;
import dev.filip.quickstart.QuickstartResult;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip quickstart}. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "The main job: generate scenes, train late (FILIP) and global (CLIP) with the same budget, judge both, write one report.",
      "Stopped, the same command with the same --out goes on."
    },
    footer = {"", "Example:", "  filip quickstart --out quickstart --seed 1"})
final class QuickstartCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      description =
          "Folder for data, models and report.html. Default: quickstart, or its next free number.")
  private @Nullable Path out;

  @Option(names = "--seed", defaultValue = "1", description = "Seed of data and training.")
  private long seed;

  @Option(names = "--steps", defaultValue = "1000", description = "Steps of each model.")
  private int steps;

  @Option(names = "--scenes", defaultValue = "32000", description = "Training scenes.")
  private int scenes;

  @Option(names = "--test", defaultValue = "1000", description = "Test scenes.")
  private int test;

  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Quickstart.Options options = new Quickstart.Options(seed, steps, scenes, test);
    Path folder = out == null ? Quickstart.defaultOut() : out;
    QuickstartResult result = Quickstart.run(options, folder, System.err::println);
    answer.print(result.toJson(), result.text());
    return 0;
  }
}
