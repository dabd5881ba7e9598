package dev.filip.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * {@code x [..., in] -> x W^T + b [..., out]}; W is {@code [out, in]}, with its adapter where there
 * is one.
 */
final class Linear {
  private final Tensor weight;
  private final @Nullable LowRank adapter;
  private final Tensor bias;
  private final TensorOptional boxed;

  Linear(Weights weights, String name) {
    weight = weights.get(name + ".weight");
    adapter = weights.adapter(name + ".weight");
    bias = weights.get(name + ".bias");
    boxed = weights.optional(name + ".bias");
  }

  Tensor weight() {
    return adapter == null ? weight : adapter.addedTo(weight);
  }

  Tensor bias() {
    return bias;
  }

  Tensor forward(Tensor x) {
    return torch.linear(x, weight(), boxed);
  }
}
