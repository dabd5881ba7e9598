package dev.filip.cli;

import dev.filip.study.AblationStudy;
import dev.filip.study.EfficiencyStudy;
import dev.filip.study.InteractionStudy;
import dev.filip.study.StabilityStudy;
import dev.filip.study.Study;
import dev.filip.study.StudyOptions;
import dev.filip.study.TuneGrid;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip study}: many runs from one config, and the table they make. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description = {
      "Run a config in variants, each a process of its own, and make one table of them.",
      "Stopped, --resume goes on; a row that fails is in the table with its reason."
    },
    subcommands = {
      StudyCommand.Efficiency.class,
      StudyCommand.Ablation.class,
      StudyCommand.Interaction.class,
      StudyCommand.Stability.class
    },
    footer = {
      "",
      "Example:",
      "  filip study ablation configs/study-collages.yaml --out studies/ablation --seeds 2 --jobs 2"
    })
final class StudyCommand extends Group {

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
  static final class Efficiency implements Callable<Integer> {
    @Mixin private StudyRequest request;
    @Mixin private StudyRequest.Tuning tuning;

    @Option(
        names = "--only",
        paramLabel = "PART",
        split = ",",
        description = "accuracy or timing; later the other with --resume. Default: both.")
    private List<StudyOptions.Part> only = List.of();

    @Option(
        names = "--timing-steps",
        paramLabel = "N",
        defaultValue = "90",
        description = "Steps of a timed row; the first third is warm-up. Default: 90.")
    private int timingSteps;

    @Override
    public Integer call() throws Exception {
      Set<StudyOptions.Part> parts =
          only.isEmpty() ? EnumSet.allOf(StudyOptions.Part.class) : EnumSet.copyOf(only);
      return request.run(new EfficiencyStudy(), 1, parts, timingSteps, tuning.grid());
    }
  }

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
        "  filip study ablation configs/study-collages.yaml --out studies/ablation --jobs 2 --tune lr=1e-3,3e-3"
      })
  static final class Ablation extends Seeded {
    @Mixin private StudyRequest.Tuning tuning;

    Ablation() {
      super(new AblationStudy());
    }

    @Override
    TuneGrid grid() {
      return tuning.grid();
    }
  }

  /** {@code filip study interaction}. */
  @Command(
      name = "interaction",
      mixinStandardHelpOptions = true,
      description = {
        "Late interaction beside global: the same config with either, each at its own best settings where --tune names a grid, with mean and spread over seeds."
      },
      footer = {
        "",
        "Example:",
        "  filip study interaction configs/scenes.yaml --out studies/scenes --seeds 3 --tune lr=1e-3,2e-3,3e-3"
      })
  static final class Interaction extends Seeded {
    @Mixin private StudyRequest.Tuning tuning;

    Interaction() {
      super(new InteractionStudy());
    }

    @Override
    TuneGrid grid() {
      return tuning.grid();
    }
  }

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
  static final class Stability extends Seeded {
    Stability() {
      super(new StabilityStudy());
    }
  }

  /** A study whose rows are repeated over seeds and not timed. */
  private abstract static class Seeded implements Callable<Integer> {
    private static final int NO_TIMING = 3;
    private final Study study;

    @Mixin private StudyRequest request;

    @Option(
        names = "--seeds",
        paramLabel = "N",
        defaultValue = "1",
        description = "Runs of each row, with seeds counted from the config's. Default: 1.")
    private int seeds;

    Seeded(Study study) {
      this.study = study;
    }

    /** What its rows are tuned over; a study of the settings themselves tunes nothing. */
    TuneGrid grid() {
      return TuneGrid.NONE;
    }

    @Override
    public Integer call() throws Exception {
      return request.run(study, seeds, Set.of(StudyOptions.Part.ACCURACY), NO_TIMING, grid());
    }
  }
}
