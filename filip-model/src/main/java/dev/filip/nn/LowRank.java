package dev.filip.nn;

import dev.filip.tensor.Autocast;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Precision;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A low-rank change of a weight matrix (LoRA, Hu et al. 2022): {@code W + scale B A}.
 *
 * <p>The sum is formed in fp32 and used wherever W would be, so a folder written with it in place
 * of W computes the same bits.
 *
 * @param a {@code [rank, in]}
 * @param b {@code [out, rank]}
 */
public record LowRank(Tensor a, Tensor b, Scalar scale, ComputeDevice device) {
  /** {@code W [out, in]} with the change. */
  public Tensor addedTo(Tensor weight) {
    try (var _ = new Autocast(device, Precision.FP32)) {
      return torch.add(weight, torch.matmul(b, a), scale);
    }
  }
}
