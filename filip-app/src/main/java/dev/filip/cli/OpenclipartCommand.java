package dev.filip.cli;

import dev.filip.generate.EmojiOptions;
import dev.filip.generate.GenerateReport;
import dev.filip.generate.Openclipart;
import dev.filip.generate.OpenclipartOptions;
import dev.filip.io.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip data openclipart}. */
@Command(
    name = "openclipart",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Make a data set of public-domain pictures of many hands (8,121 files, 5,498 after cleaning), with captions from their own metadata.",
      "Debian's openclipart-png and openclipart-svg are fetched by your own apt-get download, or given by --deb."
    },
    footer = {"", "Example:", "  filip data openclipart --out data/openclipart"})
final class OpenclipartCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      description = "Folder to make: OUT/train, OUT/validation.")
  private Path out;

  @Option(
      names = "--cache",
      description = "Where fetched packages are kept. Default: .cache beside OUT.")
  private @Nullable Path cache;

  @Option(
      names = "--deb",
      paramLabel = "DEB",
      description = "A package you fetched yourself; give both.")
  private List<Path> packages = List.of();

  @Option(names = "--image-size", defaultValue = "72", description = "Pixels each way.")
  private int imageSize;

  @Option(
      names = "--validation",
      defaultValue = "200",
      description = "Pictures kept from training.")
  private int validation;

  @Option(names = "--per-title", defaultValue = "50", description = "Most pictures of one title.")
  private int perTitle;

  @Option(names = "--seed", defaultValue = "1", description = "Same seed, same captions and split.")
  private long seed;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    OpenclipartOptions options =
        OpenclipartOptions.defaults(cache == null ? EmojiOptions.cacheBeside(out) : cache)
            .withImageSize(imageSize)
            .withValidation(validation)
            .withPerTitle(perTitle)
            .withSeed(seed)
            .withPackages(packages);
    try (Progress progress = new Progress("openclipart", 0)) {
      GenerateReport report = Openclipart.generate(options, out, force.isOn(), progress);
      answer.print(report.toJson(), report.text());
    }
    return 0;
  }
}
