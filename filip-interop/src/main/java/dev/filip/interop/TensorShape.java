package dev.filip.interop;

import dev.filip.checkpoint.Dtype;
import java.util.Arrays;

/** Number type and shape of a tensor that is not read yet. */
record TensorShape(Dtype dtype, long[] shape) {
  /** Whether it can be a weight. */
  boolean floating() {
    return switch (dtype) {
      case F64, F32, F16, BF16 -> true;
      default -> false;
    };
  }

  /** Size of one dimension. */
  int size(int dimension) {
    return Math.toIntExact(shape[dimension]);
  }

  /** The same sizes; a scalar may be written as one row of one number. */
  boolean fits(long[] wanted) {
    return Arrays.equals(shape, wanted)
        || wanted.length == 0 && Arrays.equals(shape, new long[] {1});
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
