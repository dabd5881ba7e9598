package dev.filip.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Copies between Java arrays and tensors, and what is read of a tensor's shape. Results belong to
 * the calling thread's {@link StepScope}.
 */
@SuppressWarnings("restricted")
public final class Tensors {
  private static final int SLICE = 1 << 28;

  private Tensors() {}

  /** A new fp32 CPU tensor with a copy of the values, row-major. */
  public static Tensor fromFloats(float[] values, long... shape) {
    checkCount(values.length, shape);
    Tensor t = torch.empty(shape);
    MemorySegment.copy(values, 0, bytes(t), ValueLayout.JAVA_FLOAT, 0, values.length);
    return t;
  }

  /** A new fp64 CPU tensor with a copy of the values, row-major. */
  public static Tensor fromDoubles(double[] values, long... shape) {
    checkCount(values.length, shape);
    Tensor t = empty(ScalarType.Double, shape);
    MemorySegment.copy(values, 0, bytes(t), ValueLayout.JAVA_DOUBLE, 0, values.length);
    return t;
  }

  /** A new int64 CPU tensor with a copy of the values, row-major. */
  public static Tensor fromLongs(long[] values, long... shape) {
    checkCount(values.length, shape);
    Tensor t = empty(ScalarType.Long, shape);
    MemorySegment.copy(values, 0, bytes(t), ValueLayout.JAVA_LONG, 0, values.length);
    return t;
  }

  /** A new int64 CPU tensor (what torch takes as indices) from ints, row-major. */
  public static Tensor fromInts(int[] values, long... shape) {
    return fromLongs(Arrays.stream(values).asLongStream().toArray(), shape);
  }

  /** The values as fp32 in logical order, from any dtype, device and stride. */
  public static float[] toFloats(Tensor tensor) {
    try (var _ = new StepScope()) {
      Tensor t = plain(tensor, ScalarType.Float);
      float[] values = new float[Math.toIntExact(t.numel())];
      MemorySegment.copy(bytes(t), ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
      return values;
    }
  }

  /** The values as fp64 in logical order, from any dtype, device and stride. */
  public static double[] toDoubles(Tensor tensor) {
    try (var _ = new StepScope()) {
      Tensor t = plain(tensor, ScalarType.Double);
      double[] values = new double[Math.toIntExact(t.numel())];
      MemorySegment.copy(bytes(t), ValueLayout.JAVA_DOUBLE, 0, values, 0, values.length);
      return values;
    }
  }

  /** The values as int64 in logical order, from any dtype, device and stride. */
  public static long[] toLongs(Tensor tensor) {
    try (var _ = new StepScope()) {
      Tensor t = plain(tensor, ScalarType.Long);
      long[] values = new long[Math.toIntExact(t.numel())];
      MemorySegment.copy(bytes(t), ValueLayout.JAVA_LONG, 0, values, 0, values.length);
      return values;
    }
  }

  /**
   * The memory of a contiguous CPU tensor, not copied: valid while the tensor lives, little endian
   * on every platform libtorch runs on.
   */
  public static MemorySegment bytes(Tensor tensor) {
    if (!tensor.is_contiguous() || !tensor.is_cpu()) {
      throw new IllegalArgumentException("a contiguous CPU tensor is needed");
    }
    long size = Math.multiplyExact(tensor.numel(), tensor.element_size());
    return size == 0
        ? MemorySegment.ofArray(new byte[0])
        : MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(size);
  }

  /** Writes the values, from any device and stride, in logical order, little endian. */
  public static void write(WritableByteChannel channel, Tensor tensor) throws IOException {
    try (var _ = new StepScope()) {
      Tensor plain = tensor.detach();
      plain = (plain.is_cpu() ? plain : plain.cpu()).contiguous();
      MemorySegment bytes = bytes(plain);
      for (long at = 0; at < bytes.byteSize(); at += SLICE) {
        long size = Math.min(SLICE, bytes.byteSize() - at);
        write(channel, bytes.asSlice(at, size).asByteBuffer());
      }
    }
  }

  /** Writes all that remains of {@code bytes}. */
  public static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** An uninitialised CPU tensor. */
  public static Tensor empty(ScalarType type, long... shape) {
    return torch.empty(
        shape, new TensorOptions(type), new org.bytedeco.pytorch.MemoryFormatOptional());
  }

  /**
   * A CPU tensor over memory outside the heap, which is not copied, is not freed with the tensor
   * and must outlive it; row-major, little endian, aligned to its numbers. Never written to by who
   * gives mapped memory.
   */
  public static Tensor view(MemorySegment memory, ScalarType type, long... shape) {
    Tensor view = torch.from_blob(new Address(memory.address()), shape, new TensorOptions(type));
    if (memory.byteSize() != Math.multiplyExact(view.numel(), view.element_size())) {
      throw new IllegalArgumentException(
          memory.byteSize() + " bytes do not fill shape " + Arrays.toString(shape));
    }
    return view;
  }

  /** A place in memory that JavaCPP did not allocate. */
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }

  /** Sizes of all dimensions. */
  public static long[] shape(Tensor tensor) {
    LongArrayRef sizes = tensor.sizes();
    long[] shape = new long[Math.toIntExact(tensor.dim())];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = sizes.get(i);
    }
    sizes.close();
    return shape;
  }

  /** Throws unless {@code tensor} has this shape; -1 stands for any size. */
  public static void expect(Tensor tensor, String what, long... shape) {
    long[] found = shape(tensor);
    boolean same = found.length == shape.length;
    for (int i = 0; same && i < shape.length; i++) {
      same = shape[i] < 0 || shape[i] == found[i];
    }
    if (!same) {
      throw new IllegalArgumentException(
          what + " must be " + Arrays.toString(shape) + ", got " + Arrays.toString(found));
    }
  }

  /**
   * The tensor without its graph, contiguous on the CPU in a type; itself where it is that. Of the
   * open scope.
   */
  public static Tensor plain(Tensor tensor, ScalarType type) {
    Tensor t = tensor.detach();
    if (!t.is_cpu()) {
      t = t.cpu();
    }
    return t.to(type).contiguous();
  }

  private static void checkCount(long count, long[] shape) {
    long product = 1;
    for (long size : shape) {
      product = Math.multiplyExact(product, size);
    }
    if (product != count) {
      throw new IllegalArgumentException(
          count + " values do not fill shape " + Arrays.toString(shape));
    }
  }
}
