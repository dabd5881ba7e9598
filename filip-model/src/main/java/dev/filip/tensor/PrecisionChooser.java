package dev.filip.tensor;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.io.BadInput;

/**
 * Chooses the precision by rule, not by the clock: the same machine and model always get the same,
 * so that a resumed run continues in the same arithmetic however busy the machine is.
 *
 * <p>Where the rule comes from: bf16 products need AVX512-BF16 or AMX; without them libtorch's bf16
 * is 10 to 30 times slower than fp32. With them, forward and backward of towers of width 64 take
 * 0.6 to 0.9 of fp32's processor time, of width 768 about 0.55; narrower towers gain nothing.
 */
public final class PrecisionChooser {
  private static final int WIDE_ENOUGH = 64;

  private PrecisionChooser() {}

  /** A precision and why it was chosen: one line for the user. */
  public record Chosen(Precision precision, String why) {}

  /** Chooses for this machine. */
  public static Chosen choose(PrecisionChoice choice, ComputeDevice device, ModelConfig config) {
    return choose(choice, device, config, CpuFeatures.here());
  }

  static Chosen choose(
      PrecisionChoice choice, ComputeDevice device, ModelConfig config, CpuFeatures cpu) {
    return switch (choice) {
      case FP32 -> new Chosen(Precision.FP32, "precision fp32: asked for");
      case BF16 -> new Chosen(Precision.BF16, "precision bf16: asked for" + warning(device, cpu));
      case FP16 -> {
        BadInput.require(
            !device.isCpu(), "precision", "fp16", "fp32, bf16 or auto on a CPU: fp16 needs a GPU");
        yield new Chosen(Precision.FP16, "precision fp16: asked for, with dynamic loss scaling");
      }
      case AUTO ->
          device.isCpu()
              ? auto(config, cpu)
              : new Chosen(Precision.BF16, "precision bf16: the towers run on a GPU");
    };
  }

  private static Chosen auto(ModelConfig config, CpuFeatures cpu) {
    if (!cpu.fastBf16()) {
      return new Chosen(
          Precision.FP32,
          "precision fp32: "
              + cpu.model()
              + " has neither AVX512-BF16 nor AMX, bf16 would be slow");
    }
    int width = Math.max(config.vision().width(), config.text().width());
    if (width < WIDE_ENOUGH) {
      return new Chosen(
          Precision.FP32, "precision fp32: towers of width " + width + " gain nothing from bf16");
    }
    String feature = cpu.flags().contains("amx_bf16") ? "AMX" : "AVX512-BF16";
    return new Chosen(Precision.BF16, "precision bf16: " + cpu.model() + " has " + feature);
  }

  private static String warning(ComputeDevice device, CpuFeatures cpu) {
    return device.isCpu() && !cpu.fastBf16()
        ? "; this CPU has neither AVX512-BF16 nor AMX: expect 10 to 30 times slower than fp32"
        : "";
  }
}
