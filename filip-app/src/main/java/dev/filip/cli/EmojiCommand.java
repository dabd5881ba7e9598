package dev.filip.cli;

import dev.filip.generate.CollageOptions;
import dev.filip.generate.Collages;
import dev.filip.generate.EmojiOptions;
import dev.filip.generate.EmojiSets;
import dev.filip.generate.GenerateReport;
import dev.filip.io.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip data emoji}. */
@Command(
    name = "emoji",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Make data sets of real drawings with real names: the emoji of Google, Twitter and OpenMoji, each artist its own split.",
      "The packages are fetched by your own npm pack (or given by --package)."
    },
    footer = {"", "Example:", "  filip data emoji --out data/emoji"})
final class EmojiCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      description =
          "Folder to make: OUT/google, twitter, openmoji and their held-out names; collages: OUT/train, validation, test-seen, test-unseen.")
  private Path out;

  @Option(
      names = "--cache",
      description = "Where fetched packages are kept. Default: .cache beside OUT.")
  private @Nullable Path cache;

  @Option(
      names = "--package",
      paramLabel = "TGZ",
      description = "A package you fetched yourself; repeat for each.")
  private List<Path> packages = List.of();

  @Option(
      names = "--image-size",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Pixels each way. Default: 72, collages 84.")
  private int imageSize;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Same seed, same held-out names and captions.")
  private long seed;

  @Option(
      names = "--collages",
      paramLabel = "N",
      description =
          "Instead of single drawings: N training pictures of 2-4 drawings each, with captions and true boxes.")
  private int collages;

  @Option(
      names = "--names",
      defaultValue = "100",
      description = "With --collages: different things that occur.")
  private int names;

  @Option(
      names = "--line-art",
      defaultValue = "0.7",
      description =
          "With --collages: share of training drawings redrawn with outlines and flat colours.")
  private double lineArt;

  @Option(
      names = "--variation",
      defaultValue = "1",
      description =
          "With --collages: strength of slight colour and form changes of training drawings, 0 for none. Default: 1.")
  private double variation;

  @Option(
      names = "--captions",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "With --collages: captions of a training picture: the plain one, the same told from the last thing, then rewordings. Default: 2.")
  private int captions;

  @Option(
      names = "--test-captions",
      paramLabel = "N",
      defaultValue = "1",
      description = "With --collages: captions of a test picture, made the same way. Default: 1.")
  private int testCaptions;

  @Option(
      names = "--redrawn",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Without --collages: N redrawings with lines of each training drawing, in OUT/google-line and twitter-line. Default: 4.")
  private int redrawn;

  @Option(
      names = "--test",
      defaultValue = "1000",
      description = "With --collages: test pictures of each kind. Default: 1000.")
  private int test;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    EmojiOptions options =
        EmojiOptions.defaults(cache == null ? EmojiOptions.cacheBeside(out) : cache)
            .withSeed(seed)
            .withLineArt(redrawn)
            .withPackages(packages);
    GenerateReport report = collages > 0 ? collages(options) : drawings(options);
    answer.print(report.toJson(), report.text());
    return 0;
  }

  private GenerateReport drawings(EmojiOptions options) throws IOException {
    try (Progress progress = new Progress("emoji", 0)) {
      return EmojiSets.generate(
          imageSize > 0 ? options.withImageSize(imageSize) : options, out, force.isOn(), progress);
    }
  }

  private GenerateReport collages(EmojiOptions emoji) throws IOException {
    CollageOptions all =
        CollageOptions.defaults(emoji)
            .withNames(names)
            .withLineArt(lineArt)
            .withVariation(variation)
            .withCaptions(captions)
            .withTestCaptions(testCaptions);
    CollageOptions options = all.withCounts(collages, all.validation(), test);
    try (Progress progress = new Progress("collages", options.total())) {
      return Collages.generate(
          imageSize > 0 ? options.withImageSize(imageSize) : options, out, force.isOn(), progress);
    }
  }
}
