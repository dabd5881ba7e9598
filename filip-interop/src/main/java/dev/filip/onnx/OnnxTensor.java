package dev.filip.onnx;

import dev.filip.io.ProtoBytes;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A constant of a graph ({@code TensorProto}).
 *
 * @param values asked once, when it is written; what it makes is freed then
 */
record OnnxTensor(String name, OnnxType type, long[] shape, Supplier<Tensor> values) {
  /** Bytes of its numbers. */
  long bytes() {
    long bytes = type.bytes();
    for (long size : shape) {
      bytes = Math.multiplyExact(bytes, size);
    }
    return bytes;
  }

  /** The message up to its numbers. */
  ProtoBytes head() {
    ProtoBytes head = new ProtoBytes();
    for (long size : shape) {
      head.integer(1, size);
    }
    return head.integer(2, type.code()).text(8, name);
  }

  /** Writes the numbers. */
  void write(WritableByteChannel channel) throws IOException {
    try (var _ = new StepScope()) {
      Tensor tensor = values.get();
      Tensors.expect(tensor, name, shape);
      Tensors.write(channel, tensor.to(type.type()));
    }
  }
}
