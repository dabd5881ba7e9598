package dev.filip.nn;

import dev.filip.tensor.Kept;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch's own linear map, then the activation: for GPUs and builds without oneDNN. */
final class PlainProduct implements Product {
  private final Tensor weight;
  private final TensorOptional bias;
  private final After after;

  /** Keeps both tensors: {@code [out, in]} and {@code [out]} of the type that x will have. */
  PlainProduct(Kept kept, Tensor weight, Tensor bias, After after) {
    this.weight = kept.add(weight);
    this.bias = kept.add(new TensorOptional(bias));
    this.after = after;
  }

  @Override
  public Tensor forward(Tensor x) {
    return after.apply(torch.linear(x, weight, bias));
  }
}
