package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelPresets;
import dev.filip.distributed.NcclInfo;
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
    NcclInfo nccl = NcclInfo.examine(info.gpu().libraries().build()).orElse(null);
    ObjectNode json = info.toJson();
    String text = info.toText();
    if (nccl != null) {
      json.withObject("/gpu").set("nccl", nccl.toJson());
      text += String.format("%-10s %s%n", "NCCL", nccl.toText());
    }
    answer.print(json, text);
    return 0;
  }
}
