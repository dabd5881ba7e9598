package dev.filip.cli;

import dev.filip.config.ModelPresets;
import dev.filip.tensor.DoctorInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code filip doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "What this machine is and what the program makes of it: JDK, CPU features, precision chosen and measured speed, natives, memory.",
    footer = {"", "Example:", "  filip doctor --model vit-b-32"})
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "PRESET",
      defaultValue = "vit-b-32",
      description = "Preset that precision is chosen for. Default: vit-b-32.")
  private String preset;

  @Mixin private Answer answer;

  @Override
  public Integer call() {
    DoctorInfo info = DoctorInfo.examine(ModelPresets.get(preset));
    answer.print(info.toJson(), info.toText());
    return 0;
  }
}
