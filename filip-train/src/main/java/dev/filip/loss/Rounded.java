package dev.filip.loss;

import org.bytedeco.pytorch.Tensor;

/** Features as a loss multiplies them: the caller's own tensor, or a rounded copy that we free. */
record Rounded(Tensor tensor, boolean own) implements AutoCloseable {
  @Override
  public void close() {
    if (own) {
      tensor.close();
    }
  }
}
