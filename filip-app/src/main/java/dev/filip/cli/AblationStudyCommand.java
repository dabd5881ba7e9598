package dev.filip.cli;

import dev.filip.study.AblationStudy;
import dev.filip.study.Part;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip study ablation}. */
@Command(
    name = "ablation",
    mixinStandardHelpOptions = true,
    description = {
      "The component table of the paper: a baseline, each of image augmentation, text augmentation (the extra captions) and late interaction alone on top of it, and all three, with mean and spread over seeds."
    },
    footer = {
      "",
      "Example:",
      "  filip study ablation configs/study-collages.yaml --out studies/ablation --jobs 2"
    })
final class AblationStudyCommand implements Callable<Integer> {
  private static final int NO_TIMING = 3;

  @Mixin private StudyRequest request;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description = "Runs of each row, with seeds counted from the config's. Default: 1.")
  private int seeds;

  @Override
  public Integer call() throws Exception {
    return request.run(new AblationStudy(), seeds, Set.of(Part.ACCURACY), NO_TIMING);
  }
}
