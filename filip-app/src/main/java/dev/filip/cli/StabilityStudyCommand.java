package dev.filip.cli;

import dev.filip.study.Part;
import dev.filip.study.StabilityStudy;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip study stability}. */
@Command(
    name = "stability",
    mixinStandardHelpOptions = true,
    description = {
      "Short runs that show which knobs matter for steady training: learning rate and optimizer, warm-up, clipping, mixed objective, label smoothing, z-loss, cap of the logit scale."
    },
    footer = {
      "",
      "Example:",
      "  filip study stability configs/study-collages.yaml --out studies/stability --jobs 2"
    })
final class StabilityStudyCommand implements Callable<Integer> {
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
    return request.run(new StabilityStudy(), seeds, Set.of(Part.ACCURACY), NO_TIMING);
  }
}
