package dev.filip.nn;

import dev.filip.tensor.Compute;
import dev.filip.tensor.Kept;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link HeadMixing} in steps, its maps in the open: for who wants to look at them, or at a
 * gradient with respect to them. Holds the whole {@code [b,h,n,n]}.
 */
final class OpenMixing implements Mixing {
  private final boolean causal;
  private final Scalar scale;
  private final Scalar never;
  private final UnaryOperator<Tensor> maps;

  /**
   * @param width of one head
   * @param maps is given the maps after the softmax, {@code [b,h,n,n]}, a row a query; what it
   *     returns takes their place
   */
  OpenMixing(Kept kept, long width, boolean causal, UnaryOperator<Tensor> maps) {
    this.causal = causal;
    this.maps = maps;
    scale = kept.add(new Scalar(1 / Math.sqrt((double) width)));
    never = kept.add(new Scalar(Double.NEGATIVE_INFINITY));
  }

  @Override
  public Tensor attend(Tensor qs, Tensor ks, Tensor vs, Compute compute) {
    Tensor scores = torch.matmul(qs.mul(scale), ks.transpose(-2, -1));
    if (causal) {
      long n = qs.size(2);
      Tensor future = scores.new_ones(n, n).triu(1).to(ScalarType.Bool);
      scores = scores.masked_fill(future, never);
    }
    return torch.matmul(maps.apply(scores.softmax(-1)), vs);
  }
}
