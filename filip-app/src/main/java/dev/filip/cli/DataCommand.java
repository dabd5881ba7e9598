package dev.filip.cli;

import picocli.CommandLine.Command;

/** {@code filip data}: makes data sets and looks at them. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Make data sets, generated or fetched, and look at them.",
    subcommands = {
      ScenesCommand.class,
      EmojiCommand.class,
      OpenclipartCommand.class,
      InspectCommand.class
    },
    footer = {"", "Example:", "  filip data scenes --out data/scenes"})
final class DataCommand extends Group {}
