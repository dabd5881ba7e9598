package dev.filip.cli;

import dev.filip.generate.GenerateReport;
import dev.filip.generate.Scenes;
import dev.filip.generate.ScenesOptions;
import dev.filip.io.Progress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip data scenes}. */
@Command(
    name = "scenes",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Generate pictures of several objects with captions and the true box of every phrase. No network; same seed, same samples.",
    footer = {"", "Example:", "  filip data scenes --out data/scenes --seed 1"})
final class ScenesCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      description = "Folder to make: OUT/train, validation, test, test-twins.")
  private Path out;

  @Option(names = "--train", defaultValue = "32000", description = "Training scenes.")
  private int train;

  @Option(names = "--validation", defaultValue = "500", description = "Validation scenes.")
  private int validation;

  @Option(names = "--test", defaultValue = "1000", description = "Test scenes.")
  private int test;

  @Option(names = "--twins", defaultValue = "250", description = "Pairs of twins in test-twins.")
  private int twins;

  @Option(names = "--image-size", defaultValue = "84", description = "Pixels each way.")
  private int imageSize;

  @Option(names = "--seed", defaultValue = "1", description = "Same seed, same pictures.")
  private long seed;

  @Option(
      names = "--workers",
      description = "Threads; changes nothing but the time. Default: one a core.")
  private int workers = Runtime.getRuntime().availableProcessors();

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    ScenesOptions options =
        ScenesOptions.defaults()
            .withCounts(train, validation, test, twins)
            .withImageSize(imageSize)
            .withSeed(seed)
            .withWorkers(workers);
    try (Progress progress = new Progress("scenes", Scenes.total(options))) {
      GenerateReport report = Scenes.generate(options, out, force.isOn(), progress);
      answer.print(report.toJson(), report.text());
    }
    return 0;
  }
}
