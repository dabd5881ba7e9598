package dev.filip.optim;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Tensors that outlive the scope they were made in, released together. Not thread-safe. */
final class OwnedTensors implements AutoCloseable {
  private final List<Tensor> all = new ArrayList<>();

  /** Takes {@code t} out of the scope that is open now. */
  Tensor keep(Tensor t) {
    t.retainReference();
    all.add(t);
    return t;
  }

  @Override
  public void close() {
    all.forEach(Tensor::releaseReference);
    all.clear();
  }
}
