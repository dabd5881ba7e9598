package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Compute;
import org.bytedeco.pytorch.Tensor;

/** One pre-norm Transformer block: {@code x + attention(norm(x))}, then {@code + mlp(norm)}. */
final class Block {
  private final Norm norm1;
  private final Attention attention;
  private final Norm norm2;
  private final Mlp mlp;

  Block(Weights weights, String name, int heads, boolean causal, BlockForm form) {
    norm1 = new Norm(weights, name + ".layer_norm1", form.layerNormEps());
    attention = new Attention(weights, name + ".self_attn", heads, causal);
    norm2 = new Norm(weights, name + ".layer_norm2", form.layerNormEps());
    mlp = new Mlp(weights, name + ".mlp", form.activation());
  }

  Tensor forward(Tensor x, Compute compute) {
    Tensor y = x.add(attention.forward(norm1.forward(x), compute));
    return y.add(mlp.forward(norm2.forward(y)));
  }
}
