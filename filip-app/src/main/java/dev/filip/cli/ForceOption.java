package dev.filip.cli;

import picocli.CommandLine.Option;

/** The {@code --force} option. */
final class ForceOption {
  @Option(names = "--force", description = "Replace an output that exists.")
  private boolean force;

  boolean isOn() {
    return force;
  }
}
