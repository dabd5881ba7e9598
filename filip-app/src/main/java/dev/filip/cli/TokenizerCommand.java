package dev.filip.cli;

import picocli.CommandLine.Command;

/** {@code filip tokenizer}. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    description = "Train a byte-level BPE on captions.",
    subcommands = TokenizerTrainCommand.class,
    footer = {
      "",
      "Example:",
      "  filip tokenizer train data/scenes/train --size 800 --out tokenizer"
    })
final class TokenizerCommand extends Group {}
