package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * SigLIP's multi-head attention pooling, {@code [b,n,w] -> [b,w]}: one learned query, the probe,
 * attends to all tokens; then {@code y + mlp(norm(y))}. The three projections lie in one tensor, as
 * in PyTorch's {@code MultiheadAttention}: query, key, value, {@code [3w,w]}.
 */
public final class PoolingHead {
  private final Tensor probe;
  private final Tensor weight;
  private final Tensor bias;
  private final Linear out;
  private final long heads;
  private final HeadMixing mixing;
  private final Norm norm;
  private final Mlp mlp;

  /**
   * Reads {@code name.probe}, {@code name.attention.*}, {@code name.layernorm}, {@code name.mlp}.
   */
  public PoolingHead(Weights weights, String name, int heads, BlockForm form) {
    probe = weights.get(name + ".probe");
    weight = weights.get(name + ".attention.in_proj_weight");
    bias = weights.get(name + ".attention.in_proj_bias");
    out = new Linear(weights, name + ".attention.out_proj");
    this.heads = heads;
    mixing = new HeadMixing(weights.kept(), probe.size(2) / heads, false);
    norm = new Norm(weights, name + ".layernorm", form.layerNormEps());
    mlp = new Mlp(weights, name + ".mlp", form.activation());
  }

  /** {@code [b,n,w] -> [b,h,n,w/h]}. */
  private Tensor split(Tensor x) {
    return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
  }

  /** {@code [b,n,w] -> [b,w]}. */
  public Tensor forward(Tensor x, Compute compute) {
    long b = x.size(0);
    long w = x.size(2);
    try (var _ = new Autocast(compute.device(), compute.precision())) {
      Tensor query = torch.linear(probe, weight.narrow(0, 0, w), bias.narrow(0, 0, w));
      TensorVector pair =
          torch.linear(x, weight.narrow(0, w, 2 * w), bias.narrow(0, w, 2 * w)).split(w, -1);
      Tensor mixed =
          mixing.attend(
              split(query.expand(b, 1, w)), split(pair.get(0)), split(pair.get(1)), compute);
      Tensor y = out.forward(mixed.transpose(1, 2).reshape(b, 1, w));
      return y.add(mlp.forward(norm.forward(y))).select(1, 0);
    }
  }
}
