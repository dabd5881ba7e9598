package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.folder.ModelFiles;
import dev.filip.tensor.EncodingPrecision;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The {@code --precision} option of commands that only encode. */
final class PrecisionOption {
  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description =
          "Arithmetic of the towers: auto, fp32, bf16 or int8. auto takes bf16 where the CPU is faster at it (filip doctor), never int8. Default: ${DEFAULT-VALUE}.")
  private EncodingPrecision precision;

  /** Opens a model folder in it; a choice that needs words gets a line on standard error. */
  Filip open(Path model) {
    if (precision == EncodingPrecision.FP32) {
      return Filip.open(model);
    }
    System.err.println(precision.choose(ModelFiles.readConfig(model)).why());
    return Filip.open(model, precision);
  }

  /** The same for many images: fp32 is packed, too. */
  Filip openForMany(Path model) {
    return precision == EncodingPrecision.FP32 ? Filip.open(model, precision) : open(model);
  }

  /** As it was asked for. */
  String word() {
    return precision.toString();
  }
}
