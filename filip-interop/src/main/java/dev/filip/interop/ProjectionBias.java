package dev.filip.interop;

import dev.filip.io.BadInput;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A projection's bias, carried by the vector added before the projection. */
final class ProjectionBias {
  private static final double EXACT = 1e-5;

  private ProjectionBias() {}

  /**
   * {@code before + x} with {@code weight x = bias}, the shortest such x; computed in fp64, fp32
   * out. A matrix that cannot reach the bias is {@link BadInput}.
   *
   * @param weight {@code [out, in]}
   * @param name of the weight, for the message
   */
  static Tensor folded(Tensor weight, Tensor bias, Tensor before, String name) {
    Tensor w = weight.to(ScalarType.Double);
    Tensor b = bias.to(ScalarType.Double);
    Tensor x = torch.linalg_pinv(w, 1e-12, false).matmul(b);
    double off = w.matmul(x).sub(b).abs().max().item_double();
    double scale = Math.max(1, b.abs().max().item_double());
    if (!(off <= EXACT * scale)) {
      throw new BadInput(
          name + ": its bias cannot be carried by the layer norm before it (off by " + off + ")");
    }
    return before.to(ScalarType.Double).add(x, new Scalar(1.0)).to(ScalarType.Float);
  }
}
