package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Compute;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** One pre-norm Transformer block: {@code x + attention(norm(x))}, then {@code + mlp(norm)}. */
final class Block {
  private final Norm norm1;
  private final Attention attention;
  private final Norm norm2;
  private final Mlp mlp;

  /**
   * Reads {@code name.layer_norm1} and so on.
   *
   * @param maps is given the attention maps, see {@link OpenMixing}; null for the fast way
   */
  Block(
      Weights weights,
      String name,
      int heads,
      boolean causal,
      BlockForm form,
      @Nullable UnaryOperator<Tensor> maps) {
    norm1 = new Norm(weights, name + ".layer_norm1", form.layerNormEps());
    attention = new Attention(weights, name + ".self_attn", heads, causal, maps);
    norm2 = new Norm(weights, name + ".layer_norm2", form.layerNormEps());
    mlp = new Mlp(weights, name + ".mlp", form.activation());
  }

  Tensor forward(Tensor x, Compute compute) {
    Tensor y = x.add(attention.forward(norm1.forward(x), compute));
    return y.add(mlp.forward(norm2.forward(y)));
  }
}
