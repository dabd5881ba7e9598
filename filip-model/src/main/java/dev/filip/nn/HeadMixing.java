package dev.filip.nn;

import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Kept;
import dev.filip.tensor.Precision;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The fast way; {@link OpenMixing} is its oracle.
 *
 * <p>Under bf16 on a CPU libtorch's fused attention is 14 times slower than in fp32, so there it is
 * done as matmul, softmax, matmul, or in fp32 for long sequences.
 */
final class HeadMixing implements Mixing {
  /** Up to here the {@code [n,n]} matrix by hand beats the fp32 island (measured at 50 and 77). */
  private static final long BY_HAND = 128;

  private final boolean causal;
  private final TensorOptional noMask;
  private final DoubleOptional defaultScale;
  private final Scalar scale;

  /**
   * @param width of one head
   */
  HeadMixing(Kept kept, long width, boolean causal) {
    this.causal = causal;
    noMask = kept.add(new TensorOptional());
    defaultScale = kept.add(new DoubleOptional());
    scale = kept.add(new Scalar(1 / Math.sqrt((double) width)));
  }

  @Override
  public Tensor attend(Tensor qs, Tensor ks, Tensor vs, Compute compute) {
    if (compute.precision() != Precision.BF16 || compute.device() != ComputeDevice.CPU) {
      return fused(qs, ks, vs);
    }
    long n = qs.size(2);
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
