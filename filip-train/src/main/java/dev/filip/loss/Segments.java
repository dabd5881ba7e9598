package dev.filip.loss;

import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The memory of a tensor, for kernels that know no tensors. Valid while the tensor lives. */
final class Segments {
  private Segments() {}

  /**
   * @throws IllegalArgumentException unless the tensor is contiguous fp32 on the CPU
   */
  @SuppressWarnings("restricted") // the tensor says how many bytes it holds
  static MemorySegment of(Tensor tensor) {
    if (!tensor.is_cpu()
        || tensor.scalar_type().intern() != ScalarType.Float
        || !tensor.is_contiguous()) {
      throw new IllegalArgumentException(
          "features must be contiguous fp32 tensors on the CPU, got "
              + tensor.scalar_type().intern()
              + (tensor.is_cpu() ? "" : " on another device")
              + (tensor.is_contiguous() ? "" : ", strided"));
    }
    long bytes = Math.multiplyExact(tensor.numel(), Float.BYTES);
    return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(bytes);
  }
}
