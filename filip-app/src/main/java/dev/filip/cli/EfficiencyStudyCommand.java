package dev.filip.cli;

import dev.filip.study.EfficiencyStudy;
import dev.filip.study.Part;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip study efficiency}. */
@Command(
    name = "efficiency",
    mixinStandardHelpOptions = true,
    description = {
      "The paper's efficiency table for a config on this machine: embedding width, precision and token share against",
      "seconds a step, peak memory and accuracy. Timed rows want a machine without other work: --only timing runs them apart."
    },
    footer = {
      "",
      "Example:",
      "  filip study efficiency configs/study-collages.yaml --out studies/efficiency --only accuracy --jobs 2"
    })
final class EfficiencyStudyCommand implements Callable<Integer> {
  @Mixin private StudyRequest request;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "accuracy or timing; later the other with --resume. Default: both.")
  private List<Part> only = List.of();

  @Option(
      names = "--timing-steps",
      paramLabel = "N",
      defaultValue = "90",
      description = "Steps of a timed row; the first third is warm-up. Default: 90.")
  private int timingSteps;

  @Override
  public Integer call() throws Exception {
    Set<Part> parts = only.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(only);
    return request.run(new EfficiencyStudy(), 1, parts, timingSteps);
  }
}
