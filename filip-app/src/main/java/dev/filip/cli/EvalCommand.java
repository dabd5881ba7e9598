package dev.filip.cli;

import picocli.CommandLine.Command;

/** {@code filip eval}: judges a model. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Judge a model: zero-shot classification, retrieval, pointing.",
    subcommands = {
      ZeroShotCommand.class,
      RetrievalCommand.class,
      PointingCommand.class,
      BindingCommand.class
    },
    footer = {
      "",
      "Example:",
      "  filip eval retrieval models/collages-late data/collages/test-unseen"
    })
final class EvalCommand extends Group {}
