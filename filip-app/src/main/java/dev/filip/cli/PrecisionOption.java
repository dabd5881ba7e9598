package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.config.ModelConfig;
import dev.filip.folder.ModelFiles;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.EncodingPrecision;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The {@code --precision} and {@code --device} options of commands that only encode. */
final class PrecisionOption {
  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description =
          "Arithmetic of the towers: auto, fp32, bf16 or int8. auto takes bf16 where the CPU is faster at it (filip doctor) and on a GPU, never int8. Default: ${DEFAULT-VALUE}.")
  private EncodingPrecision precision;

  @Mixin private DeviceOption device;

  /** Opens a model folder in it; a choice that needs words gets a line on standard error. */
  Filip open(Path model) {
    if (precision == EncodingPrecision.FP32 && device.isPlain()) {
      return Filip.open(model);
    }
    return chosen(model);
  }

  /** The same for many images: fp32 is packed, too. */
  Filip openForMany(Path model) {
    return precision == EncodingPrecision.FP32 && device.isPlain()
        ? Filip.open(model, precision)
        : chosen(model);
  }

  private Filip chosen(Path model) {
    ModelConfig config = ModelFiles.readConfig(model); // a folder that is none is said first
    ComputeDevice there = device.choose();
    if (precision != EncodingPrecision.FP32) {
      System.err.println(precision.choose(config, there).why());
    }
    return Filip.open(model, precision, there);
  }

  /** As it was asked for. */
  String word() {
    return precision.toString();
  }
}
