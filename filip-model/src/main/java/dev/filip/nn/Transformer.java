package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A stack of blocks, {@code [b,n,w] -> [b,n,w]}; the residual stream stays fp32. */
public final class Transformer {
  private final List<Block> blocks = new ArrayList<>();

  /**
   * Reads {@code name.layers.0} onwards.
   *
   * @param causal whether position i sees only positions up to i
   */
  public Transformer(
      Weights weights, String name, int layers, int heads, boolean causal, BlockForm form) {
    for (int i = 0; i < layers; i++) {
      blocks.add(new Block(weights, name + ".layers." + i, heads, causal, form));
    }
  }

  /**
   * Runs all blocks.
   *
   * @param checkpoint keep only each block's input and compute the block again in the backward
   *     pass: gradients are bit-equal, memory falls to one block's
   * @param watch is given each block's residual output and number, or null
   */
  public Tensor forward(
      Tensor x, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    Tensor y = x;
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      y =
          checkpoint
              ? Checkpointed.forward(t -> run(block, t, compute), y)
              : run(block, y, compute);
      if (watch != null) {
        watch.accept(y, i);
      }
    }
    return y;
  }

  private static Tensor run(Block block, Tensor x, Compute compute) {
    try (var _ = new Autocast(compute.device(), compute.precision())) {
      return block.forward(x, compute);
    }
  }
}
