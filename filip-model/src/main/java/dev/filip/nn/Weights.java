package dev.filip.nn;

import dev.filip.tensor.Kept;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Parameters looked up by their checkpoint name, and the owner of what wraps them. */
public interface Weights {
  /** The leaf tensor of that name; a missing one is an IllegalArgumentException. */
  Tensor get(String name);

  /** Owner of wrappers that live as long as the model. */
  Kept kept();

  /** The parameter as libtorch's functions want a bias, made once. */
  default TensorOptional optional(String name) {
    return kept().add(new TensorOptional(get(name)));
  }
}
