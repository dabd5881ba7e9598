package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Compute;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A tower's stack of blocks, {@code [b,n,w] -> [b,n,w]}; the residual stream is fp32. */
public sealed interface Blocks permits Transformer, PackedTransformer, OpenTransformer {
  /**
   * Runs all blocks.
   *
   * @param checkpoint keep only each block's input and compute the block again in the backward
   *     pass: gradients are bit-equal, memory falls to one block's
   * @param watch is given each block's residual output and number, or null
   */
  Tensor forward(
      Tensor x, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch);

  /** Makes a stack from weights named {@code name.layers.0} onwards. */
  @FunctionalInterface
  interface Maker {
    /**
     * @param causal whether position i sees only positions up to i
     */
    Blocks make(
        Weights weights, String name, int layers, int heads, boolean causal, BlockForm form);
  }
}
