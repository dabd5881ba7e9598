package dev.filip.tensor;

import java.util.Locale;

/**
 * What towers compute in when they only encode. {@code AUTO} takes bf16 where the CPU has it and
 * fp32 elsewhere; int8 changes results visibly, so it is never chosen unasked.
 */
public enum EncodingPrecision {
  AUTO,
  FP32,
  BF16,
  INT8;

  /** The choice for this machine's CPU, with its reason. */
  public PrecisionChooser.Chosen choose() {
    return choose(CpuFeatures.here());
  }

  PrecisionChooser.Chosen choose(CpuFeatures cpu) {
    return switch (this) {
      case AUTO ->
          cpu.fastBf16()
              ? new PrecisionChooser.Chosen(
                  Precision.BF16, "precision bf16: " + cpu.model() + " is fast at it")
              : new PrecisionChooser.Chosen(
                  Precision.FP32,
                  "precision fp32: " + cpu.model() + " has neither AVX512-BF16 nor AMX");
      case FP32 -> new PrecisionChooser.Chosen(Precision.FP32, "precision fp32: asked for");
      case BF16 ->
          new PrecisionChooser.Chosen(
              Precision.BF16,
              "precision bf16: asked for"
                  + (cpu.fastBf16()
                      ? ""
                      : "; this CPU has neither AVX512-BF16 nor AMX: expect 10 to 30 times slower"
                          + " than fp32"));
      case INT8 -> new PrecisionChooser.Chosen(Precision.INT8, "precision int8: asked for");
    };
  }

  /** The option's word. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
