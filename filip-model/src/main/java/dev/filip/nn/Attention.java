package dev.filip.nn;

import dev.filip.tensor.Compute;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention, {@code [b,n,w] -> [b,n,w]}, causal for texts.
 *
 * <p>The three projections run as one product (their weights stay separate parameters).
 */
final class Attention {
  private final Linear q;
  private final Linear k;
  private final Linear v;
  private final Linear out;
  private final long heads;
  private final Mixing mixing;

  /**
   * Reads {@code name.q_proj} and so on.
   *
   * @param maps is given the attention maps, see {@link OpenMixing}; null for the fast way
   */
  Attention(
      Weights weights,
      String name,
      int heads,
      boolean causal,
      @Nullable UnaryOperator<Tensor> maps) {
    q = new Linear(weights, name + ".q_proj");
    k = new Linear(weights, name + ".k_proj");
    v = new Linear(weights, name + ".v_proj");
    out = new Linear(weights, name + ".out_proj");
    this.heads = heads;
    long width = q.weight().size(0) / heads;
    mixing =
        maps == null
            ? new HeadMixing(weights.kept(), width, causal)
            : new OpenMixing(weights.kept(), width, causal, maps);
  }

  Tensor forward(Tensor x, Compute compute) {
    long b = x.size(0);
    long n = x.size(1);
    long w = x.size(2);
    Tensor[] parts = project(x, b * n >= w, w);
    for (int i = 0; i < 3; i++) {
      parts[i] = parts[i].view(b, n, heads, w / heads).transpose(1, 2);
    }
    Tensor mixed = mixing.attend(parts[0], parts[1], parts[2], compute);
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
}
