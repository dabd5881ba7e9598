package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.StepScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The trainable stack of blocks. */
public final class Transformer implements Blocks {
  private final List<Block> blocks = new ArrayList<>();
  private final boolean trained;

  /**
   * Reads {@code name.layers.0} onwards.
   *
   * @param causal whether position i sees only positions up to i
   */
  public Transformer(
      Weights weights, String name, int layers, int heads, boolean causal, BlockForm form) {
    trained = weights.trains(name + ".");
    for (int i = 0; i < layers; i++) {
      blocks.add(new Block(weights, name + ".layers." + i, heads, causal, form, null));
    }
  }

  @Override
  public Tensor forward(
      Tensor x, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    // a locked stack has no graph to spare
    Checkpointed again = checkpoint && trained ? new Checkpointed() : null;
    Tensor y = x;
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      y = again == null ? run(block, y, compute) : again.forward(t -> run(block, t, compute), y);
      if (watch != null) {
        watch.accept(y, i);
      }
    }
    return y;
  }

  private static Tensor run(Block block, Tensor x, Compute compute) {
    try (StepScope scope = new StepScope(); // a block's own temporaries end with it
        var _ = new Autocast(compute.device(), compute.precision())) {
      return scope.up(block.forward(x, compute));
    }
  }
}
