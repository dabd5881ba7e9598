package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Transformer} whose last block hands out its attention maps. Only that block records
 * gradients; the weights see none of it.
 */
public final class OpenTransformer implements Blocks {
  private final Transformer before;
  private final Block last;
  private final int at;

  /**
   * Reads {@code name.layers.0} onwards.
   *
   * @param maps is given the last block's maps after the softmax, {@code [b,h,n,n]}, a row a query;
   *     what it returns takes their place
   */
  public OpenTransformer(
      Weights weights,
      String name,
      int layers,
      int heads,
      boolean causal,
      BlockForm form,
      UnaryOperator<Tensor> maps) {
    at = layers - 1;
    before = new Transformer(weights, name, at, heads, causal, form);
    last = new Block(weights, name + ".layers." + at, heads, causal, form, maps);
  }

  /** {@code checkpoint} has no meaning here. */
  @Override
  public Tensor forward(
      Tensor x, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    Tensor y;
    try (var _ = GradMode.off()) {
      y = before.forward(x, compute, false, watch);
    }
    try (StepScope scope = new StepScope();
        var _ = new Autocast(compute.device(), compute.precision())) {
      y = scope.up(last.forward(y, compute));
    }
    if (watch != null) {
      watch.accept(y, at);
    }
    return y;
  }
}
