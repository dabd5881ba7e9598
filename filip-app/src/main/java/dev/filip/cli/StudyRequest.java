package dev.filip.cli;

import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.io.OwnJava;
import dev.filip.study.Study;
import dev.filip.study.StudyOptions;
import dev.filip.study.StudyReport;
import dev.filip.study.StudyRun;
import dev.filip.study.TuneGrid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every {@code filip study} command takes. */
final class StudyRequest {
  @Parameters(
      paramLabel = "CONFIG.yaml",
      description = "The run that is varied: see docs/CONFIG.md.")
  private @Nullable Path config;

  @Option(
      names = "--out",
      description =
          "Folder for the rows and the report. Default: studies/STUDY-NAME of the config, or its next free number.")
  private @Nullable Path out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key of the config for every row; repeat for more.")
  private List<String> sets = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of each row. Default: the config's; stability: 400.")
  private @Nullable Integer steps;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Rows at the same time; the cores are divided between them. Rows that are timed run one by one. Default: 1.")
  private int jobs;

  @Option(
      names = "--judge",
      paramLabel = "SOURCE",
      description =
          "Judge the config's evaluate.tasks on this source, too, besides data.validation; repeat for more.")
  private List<String> judge = List.of();

  @Option(
      names = "--resume",
      description = "Go on with the study in --out: rows that are done stay.")
  private boolean resume;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  /** Runs it and prints the table. */
  int run(Study study, int seeds, Set<StudyOptions.Part> parts, int timingSteps, TuneGrid tune)
      throws IOException {
    if (config == null) {
      throw new IllegalStateException("picocli gives every command its config");
    }
    if (steps != null) {
      BadInput.require(steps >= 1, "--steps", steps, ">= 1");
    }
    if (resume && out == null) {
      throw new BadInput("--resume: give the study's folder by --out");
    }
    StudyOptions options =
        new StudyOptions(
            config, sets, steps == null ? 0 : steps, timingSteps, seeds, jobs, parts, judge, tune);
    StudyReport report =
        StudyRun.run(
            study,
            options,
            folder(study, config),
            existing(),
            (flags, arguments) -> OwnJava.command(flags, Main.class.getName(), arguments),
            System.err::println);
    answer.print(report.toJson(), report.text());
    return report.anyDone() ? 0 : 1;
  }

  private StudyRun.Existing existing() {
    if (resume) {
      return StudyRun.Existing.RESUME;
    }
    return force.isOn() ? StudyRun.Existing.REPLACE : StudyRun.Existing.REFUSE;
  }

  private Path folder(Study study, Path config) {
    if (out != null) {
      return out;
    }
    String name = String.valueOf(config.getFileName()).replaceFirst("\\.ya?ml$", "");
    return Outputs.nextFree(Path.of("studies", study.name() + "-" + name));
  }

  /** What a study takes whose rows can be tuned. */
  static final class Tuning {
    @Option(
        names = "--tune",
        paramLabel = "KEY=VALUE,VALUE...",
        description = {
          "Before rows are compared, try each at these values and keep what is best on data.validation; lr, warmup and weight_decay",
          "stand for their whole keys. Repeat for a grid. The choice is printed with the table."
        })
    private List<String> grid = List.of();

    @Option(
        names = "--tune-seeds",
        paramLabel = "N",
        defaultValue = "3",
        description =
            "Runs of each point of the grid, with seeds counted from the config's. Default: 3.")
    private int seeds;

    @Option(
        names = "--tune-steps",
        paramLabel = "N",
        description =
            "Steps of each of these runs. Default: as many as a row takes; the chosen runs are then the rows themselves.")
    private @Nullable Integer steps;

    TuneGrid grid() {
      if (steps != null) {
        BadInput.require(steps >= 1, "--tune-steps", steps, ">= 1");
      }
      return TuneGrid.parse(grid, seeds, steps == null ? 0 : steps);
    }
  }
}
