package dev.filip.tensor;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.io.BadInput;
import java.util.Locale;

/**
 * What towers compute in when they only encode. {@code AUTO} chooses between fp32 and bf16 as a
 * training run does ({@link PrecisionChooser}); int8 changes results visibly, so it is never chosen
 * unasked.
 */
public enum EncodingPrecision {
  AUTO,
  FP32,
  BF16,
  INT8;

  /** The choice for a model on this machine's CPU, with its reason. */
  public PrecisionChooser.Chosen choose(ModelConfig config) {
    return choose(config, CpuFeatures.here(), ProductSpeed::here);
  }

  /**
   * The choice on a device; {@code auto} is bf16 on a GPU.
   *
   * @throws dev.filip.io.BadInput for int8 elsewhere than on a CPU
   */
  public PrecisionChooser.Chosen choose(ModelConfig config, ComputeDevice device) {
    if (device.isCpu()) {
      return choose(config);
    }
    BadInput.require(this != INT8, "--precision", this, "auto, fp32 or bf16 on a GPU");
    return this == FP32
        ? new PrecisionChooser.Chosen(Precision.FP32, "precision fp32: asked for")
        : new PrecisionChooser.Chosen(
            Precision.BF16, "precision bf16: " + (this == AUTO ? "on a GPU" : "asked for"));
  }

  PrecisionChooser.Chosen choose(
      ModelConfig config, CpuFeatures cpu, PrecisionChooser.Measure measure) {
    return switch (this) {
      case AUTO -> as(PrecisionChoice.AUTO, config, cpu, measure);
      case FP32 -> as(PrecisionChoice.FP32, config, cpu, measure);
      case BF16 -> as(PrecisionChoice.BF16, config, cpu, measure);
      case INT8 -> new PrecisionChooser.Chosen(Precision.INT8, "precision int8: asked for");
    };
  }

  private static PrecisionChooser.Chosen as(
      PrecisionChoice choice,
      ModelConfig config,
      CpuFeatures cpu,
      PrecisionChooser.Measure measure) {
    return PrecisionChooser.choose(choice, ComputeDevice.CPU, config, cpu, measure);
  }

  /** The option's word. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
