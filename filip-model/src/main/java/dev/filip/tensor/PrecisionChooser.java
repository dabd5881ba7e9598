package dev.filip.tensor;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.io.BadInput;
import java.util.List;

/**
 * Chooses the precision of towers: by the processor's family where it is known, else by one short
 * measurement of products of the towers' own sizes, which is kept ({@link SpeedCache}).
 *
 * <p>Where the rule comes from: without AVX512-BF16 or AMX libtorch's bf16 is 10 to 30 times slower
 * than fp32. On AMD's with AVX512-BF16, forward and backward of towers of width 64 take 0.6 to 0.9
 * of fp32's processor time, of width 768 about 0.55; narrower towers gain nothing. On Intel's with
 * AVX512-BF16 and without AMX the same towers take 1.4 times as long in bf16.
 */
public final class PrecisionChooser {
  private static final int WIDE_ENOUGH = 64;

  private PrecisionChooser() {}

  /** A precision and why it was chosen: one line for the user. */
  public record Chosen(Precision precision, String why) {}

  /** Chooses for this machine. */
  public static Chosen choose(PrecisionChoice choice, ComputeDevice device, ModelConfig config) {
    return choose(choice, device, config, CpuFeatures.here(), ProductSpeed::here);
  }

  /**
   * @param measure of a processor whose family is not known
   */
  static Chosen choose(
      PrecisionChoice choice,
      ComputeDevice device,
      ModelConfig config,
      CpuFeatures cpu,
      Measure measure) {
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
              ? auto(config, cpu, measure)
              : new Chosen(Precision.BF16, "precision bf16: the towers run on a GPU");
    };
  }

  /** Measures products of some sizes. */
  @FunctionalInterface
  interface Measure {
    ProductSpeed of(List<ProductSpeed.Size> sizes);
  }

  /** Whether bf16 pays on a processor, and why. */
  record Verdict(boolean bf16, String why) {
    static Verdict of(CpuFeatures cpu, List<ProductSpeed.Size> sizes, Measure measure) {
      return switch (cpu.bf16()) {
        case SLOW ->
            new Verdict(
                false, cpu.model() + " has neither AVX512-BF16 nor AMX, bf16 would be slow");
        case FAST -> {
          String feature = cpu.flags().contains("amx_bf16") ? "AMX" : "AVX512-BF16";
          yield new Verdict(true, cpu.model() + " has " + feature);
        }
        case UNKNOWN -> {
          ProductSpeed speed = measure.of(sizes);
          yield new Verdict(
              speed.bf16Pays(),
              cpu.model() + " multiplies " + ProductSpeed.words(sizes) + " at " + speed);
        }
      };
    }
  }

  private static Chosen auto(ModelConfig config, CpuFeatures cpu, Measure measure) {
    int width = Math.max(config.vision().width(), config.text().width());
    if (cpu.fastBf16() && width < WIDE_ENOUGH) {
      return new Chosen(
          Precision.FP32, "precision fp32: towers of width " + width + " gain nothing from bf16");
    }
    Verdict verdict = Verdict.of(cpu, ProductSpeed.towers(config), measure);
    Precision precision = verdict.bf16() ? Precision.BF16 : Precision.FP32;
    return new Chosen(precision, "precision " + precision.word() + ": " + verdict.why());
  }

  private static String warning(ComputeDevice device, CpuFeatures cpu) {
    return device.isCpu() && !cpu.fastBf16()
        ? "; this CPU has neither AVX512-BF16 nor AMX: expect 10 to 30 times slower than fp32"
        : "";
  }
}
