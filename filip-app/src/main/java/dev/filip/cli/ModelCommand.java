package dev.filip.cli;

import picocli.CommandLine.Command;

/** {@code filip model}. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Look at a model folder.",
    subcommands = ModelShowCommand.class,
    footer = {"", "Example:", "  filip model show models/collages-late"})
final class ModelCommand extends Group {}
