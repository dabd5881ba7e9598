package dev.filip.nn;

import dev.filip.tensor.Kept;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.jspecify.annotations.Nullable;

/** Parameters looked up by their checkpoint name, and the owner of what wraps them. */
public interface Weights {
  /** The leaf tensor of that name; a missing one is an IllegalArgumentException. */
  Tensor get(String name);

  /** The change of a weight matrix that is trained in its place, or null. */
  default @Nullable LowRank adapter(String name) {
    return null;
  }

  /** A weight matrix as the forward pass has it, with its adapter. */
  default Tensor matrix(String name) {
    LowRank adapter = adapter(name);
    return adapter == null ? get(name) : adapter.addedTo(get(name));
  }

  /** Whether training changes a weight whose name begins with {@code prefix}. */
  default boolean trains(String prefix) {
    return true;
  }

  /** Owner of wrappers that live as long as the model. */
  Kept kept();

  /** The parameter as libtorch's functions want a bias, made once. */
  default TensorOptional optional(String name) {
    return kept().add(new TensorOptional(get(name)));
  }
}
