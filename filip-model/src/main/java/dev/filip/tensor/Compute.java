package dev.filip.tensor;

/** How the towers compute: in which precision, on which device. */
public record Compute(Precision precision, ComputeDevice device) {
  /** Plain fp32 on the CPU. */
  public static final Compute FP32 = new Compute(Precision.FP32, ComputeDevice.CPU);

  public Compute {
    if (precision == Precision.INT8 && device != ComputeDevice.CPU) {
      throw new IllegalArgumentException("int8 has no GPU kernels here: a CPU is needed");
    }
    if (precision == Precision.FP16 && device == ComputeDevice.CPU) {
      throw new IllegalArgumentException("fp16 has no CPU kernels: a GPU is needed");
    }
  }
}
