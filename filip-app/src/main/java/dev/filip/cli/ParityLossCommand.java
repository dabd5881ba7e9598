package dev.filip.cli;

import dev.filip.io.BadInput;
import dev.filip.parity.LossParity;
import dev.filip.parity.ParityReport;
import dev.filip.parity.ParityTable;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip parity loss}. */
@Command(
    name = "loss",
    mixinStandardHelpOptions = true,
    description = "Our loss and its gradients against a filip-golden-loss/1 file.",
    footer = {"", "Example:", "  filip parity loss golden/late.safetensors"})
final class ParityLossCommand implements Callable<Integer> {
  @Parameters(paramLabel = "GOLDEN", description = "Golden file.")
  private Path golden;

  @Option(
      names = "--atol",
      description =
          "Absolute tolerance. Default: losses 1e-5, gradients 1e-4 of the largest entry; fp64 1e-10.")
  private @Nullable Double atol;

  @Option(names = "--rtol", description = "Tolerance relative to the golden's number. Default: 0.")
  private @Nullable Double rtol;

  @Mixin private Answer answer;

  @Override
  public Integer call() {
    requireTolerance("--atol", atol);
    requireTolerance("--rtol", rtol);
    ParityReport report = LossParity.compare(golden, atol, rtol);
    answer.print(report.toJson(), ParityTable.text(report.toJson()));
    return report.ok() ? 0 : 1;
  }

  private static void requireTolerance(String option, @Nullable Double value) {
    if (value != null) {
      BadInput.require(value >= 0, option, value, ">= 0");
    }
  }
}
