package dev.filip.cli;

import picocli.CommandLine.Command;

/** {@code filip parity}: our numbers against another program's. */
@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description =
        "Compare our numbers with another program's golden files; exit code 1 when they differ.",
    subcommands = {
      ParityLossCommand.class,
      ParityModelCommand.class,
      ParityTokensCommand.class,
      ParityPixelsCommand.class
    },
    footer = {"", "Example:", "  filip parity loss golden/late.safetensors"})
final class ParityCommand extends Group {}
