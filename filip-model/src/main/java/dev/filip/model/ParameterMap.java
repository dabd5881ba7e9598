package dev.filip.model;

import dev.filip.nn.Weights;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * The parameters of a model by their Hugging Face names, in checkpoint order: fp32 leaf tensors
 * that require gradients and are owned here. Optimizers change them in place. Not thread-safe.
 */
public final class ParameterMap implements Weights, AutoCloseable {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Kept kept = new Kept();

  /** Takes {@code tensor} over as a leaf that requires gradients. */
  void add(String name, Tensor tensor) {
    Tensor leaf = kept.add(tensor.detach());
    leaf.requires_grad_(true);
    tensors.put(name, leaf);
  }

  /** A copy on another device. */
  ParameterMap on(ComputeDevice device) {
    ParameterMap copy = new ParameterMap();
    try (var _ = new StepScope()) {
      tensors.forEach((name, t) -> copy.add(name, t.detach().to(device.device(), t.scalar_type())));
    }
    return copy;
  }

  @Override
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return tensor;
  }

  /** Name to leaf tensor, in order; not to be changed. */
  public Map<String, Tensor> map() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Names in order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** Numbers in all parameters whose name begins with {@code prefix}. */
  public long count(String prefix) {
    return tensors.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .mapToLong(e -> e.getValue().numel())
        .sum();
  }

  /** Drops all gradients: the next backward pass starts from none. */
  public void clearGradients() {
    for (Tensor tensor : tensors.values()) {
      try (Tensor gradient = tensor.mutable_grad()) {
        gradient.reset();
      }
    }
  }

  @Override
  public Kept kept() {
    return kept;
  }

  /** Frees the tensors; the model is unusable afterwards. */
  @Override
  public void close() {
    kept.close();
    tensors.clear();
  }
}
