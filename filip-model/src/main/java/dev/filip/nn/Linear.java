package dev.filip.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** {@code x [..., in] -> x W^T + b [..., out]}; W is {@code [out, in]}. */
final class Linear {
  private final Tensor weight;
  private final Tensor bias;
  private final TensorOptional boxed;

  Linear(Weights weights, String name) {
    weight = weights.get(name + ".weight");
    bias = weights.get(name + ".bias");
    boxed = weights.optional(name + ".bias");
  }

  Tensor weight() {
    return weight;
  }

  Tensor bias() {
    return bias;
  }

  Tensor forward(Tensor x) {
    return torch.linear(x, weight, boxed);
  }
}
