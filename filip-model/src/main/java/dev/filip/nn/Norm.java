package dev.filip.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layer norm over the last dimension. */
public final class Norm {
  private final long[] shape;
  private final TensorOptional weight;
  private final TensorOptional bias;
  private final double eps;

  /** Reads {@code name.weight} and {@code name.bias}, both {@code [w]}. */
  public Norm(Weights weights, String name, double eps) {
    this.eps = eps;
    shape = new long[] {weights.get(name + ".weight").size(0)};
    weight = weights.optional(name + ".weight");
    bias = weights.optional(name + ".bias");
  }

  /** {@code [..., w] -> [..., w]}. */
  public Tensor forward(Tensor x) {
    return torch.layer_norm(x, shape, weight, bias, eps, false);
  }
}
