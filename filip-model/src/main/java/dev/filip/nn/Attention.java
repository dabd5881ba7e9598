package dev.filip.nn;

import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Precision;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Multi-head self-attention, {@code [b,n,w] -> [b,n,w]}, causal for texts.
 *
 * <p>The three projections run as one product (their weights stay separate parameters). Under bf16
 * on a CPU libtorch's fused attention is 14 times slower than in fp32, so there it is done as
 * matmul, softmax, matmul, or in fp32 for long sequences.
 */
final class Attention {
  /** Up to here the {@code [n,n]} matrix by hand beats the fp32 island (measured at 50 and 77). */
  private static final long BY_HAND = 128;

  private final Linear q;
  private final Linear k;
  private final Linear v;
  private final Linear out;
  private final long heads;
  private final boolean causal;
  private final TensorOptional noMask;
  private final DoubleOptional defaultScale;
  private final Scalar scale;

  Attention(Weights weights, String name, int heads, boolean causal) {
    q = new Linear(weights, name + ".q_proj");
    k = new Linear(weights, name + ".k_proj");
    v = new Linear(weights, name + ".v_proj");
    out = new Linear(weights, name + ".out_proj");
    this.heads = heads;
    this.causal = causal;
    noMask = weights.kept().add(new TensorOptional());
    defaultScale = weights.kept().add(new DoubleOptional());
    long width = q.weight().size(0);
    scale = weights.kept().add(new Scalar(1 / Math.sqrt((double) width / heads)));
  }

  Tensor forward(Tensor x, Compute compute) {
    long b = x.size(0);
    long n = x.size(1);
    long w = x.size(2);
    Tensor[] parts = project(x, b * n >= w, w);
    for (int i = 0; i < 3; i++) {
      parts[i] = parts[i].view(b, n, heads, w / heads).transpose(1, 2);
    }
    Tensor mixed = attend(parts[0], parts[1], parts[2], n, compute);
    return out.forward(mixed.transpose(1, 2).reshape(b, n, w));
  }

  /** Packing copies 3 w² weights, which pays once there are as many rows as columns. */
  private Tensor[] project(Tensor x, boolean pack, long w) {
    if (!pack) {
      return new Tensor[] {q.forward(x), k.forward(x), v.forward(x)};
    }
    Tensor weight = torch.cat(new TensorVector(q.weight(), k.weight(), v.weight()), 0);
    Tensor bias = torch.cat(new TensorVector(q.bias(), k.bias(), v.bias()), 0);
    TensorVector split = torch.linear(x, weight, bias).split(w, -1);
    return new Tensor[] {split.get(0), split.get(1), split.get(2)};
  }

  private Tensor attend(Tensor qs, Tensor ks, Tensor vs, long n, Compute compute) {
    if (compute.precision() == Precision.FP32 || compute.device() != ComputeDevice.CPU) {
      return fused(qs, ks, vs);
    }
    if (n <= BY_HAND) {
      return byHand(qs, ks, vs, n);
    }
    try (var _ = new Autocast(compute.device(), Precision.FP32)) {
      return fused(qs.to(ScalarType.Float), ks.to(ScalarType.Float), vs.to(ScalarType.Float));
    }
  }

  private Tensor fused(Tensor qs, Tensor ks, Tensor vs) {
    return torch.scaled_dot_product_attention(qs, ks, vs, noMask, 0.0, causal, defaultScale, false);
  }

  private Tensor byHand(Tensor qs, Tensor ks, Tensor vs, long n) {
    Tensor scores = torch.matmul(qs.mul(scale), ks.transpose(-2, -1));
    if (causal) {
      Tensor future = torch.ones(n, n).triu(1).to(ScalarType.Bool);
      scores = scores.masked_fill(future, new Scalar(Double.NEGATIVE_INFINITY));
    }
    return torch.matmul(scores.softmax(-1), vs);
  }
}
