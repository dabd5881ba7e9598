package dev.filip.cli;

import picocli.CommandLine.Command;

/** {@code filip study}: many runs from one config, and the table they make. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description = {
      "Run a config in variants, each a process of its own, and make one table of them.",
      "Stopped, --resume goes on; a row that fails is in the table with its reason."
    },
    subcommands = {
      EfficiencyStudyCommand.class,
      AblationStudyCommand.class,
      StabilityStudyCommand.class
    },
    footer = {
      "",
      "Example:",
      "  filip study ablation configs/study-collages.yaml --out studies/ablation --seeds 2 --jobs 2"
    })
final class StudyCommand extends Group {}
