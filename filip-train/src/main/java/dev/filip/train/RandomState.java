package dev.filip.train;

import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The state of libtorch's default CPU generator as bytes. */
final class RandomState {
  private RandomState() {}

  static byte[] get() {
    try (var _ = new StepScope()) {
      Tensor state = torch.getDefaultCPUGenerator().get_state().contiguous();
      return Tensors.bytes(state).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  static void set(byte[] bytes) {
    try (var _ = new StepScope()) {
      Tensor state = torch.zeros_like(torch.getDefaultCPUGenerator().get_state());
      if (state.numel() != bytes.length || state.scalar_type().intern() != ScalarType.Byte) {
        throw new IllegalArgumentException("a generator state has " + state.numel() + " bytes");
      }
      MemorySegment.copy(bytes, 0, Tensors.bytes(state), ValueLayout.JAVA_BYTE, 0, bytes.length);
      torch.getDefaultCPUGenerator().set_state(state);
    }
  }
}
