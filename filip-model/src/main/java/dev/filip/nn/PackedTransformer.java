package dev.filip.nn;

import dev.filip.config.BlockForm;
import dev.filip.tensor.Compute;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Transformer} for encoding only: weights packed once for one arithmetic, no gradients.
 * {@link Transformer} is its oracle. The packed copies belong to the {@link Kept} given.
 */
public final class PackedTransformer implements Blocks {
  private final List<PackedBlock> blocks = new ArrayList<>();
  private final Compute compute;

  /** Packs {@code name.layers.0} onwards; {@code weights} must stay open for norms. */
  public PackedTransformer(
      Weights weights,
      String name,
      int layers,
      int heads,
      boolean causal,
      BlockForm form,
      Compute compute,
      Kept kept) {
    this.compute = compute;
    Packing packing = new Packing(compute, kept);
    for (int i = 0; i < layers; i++) {
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        blocks.add(new PackedBlock(weights, name + ".layers." + i, heads, causal, form, packing));
      }
    }
  }

  /** {@code checkpoint} has no meaning here; {@code asked} must be the arithmetic packed for. */
  @Override
  public Tensor forward(
      Tensor x, Compute asked, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    if (!asked.equals(compute)) {
      throw new IllegalArgumentException("packed for " + compute + ", asked for " + asked);
    }
    if (GradMode.isOn()) {
      throw new IllegalStateException("packed weights record no gradients");
    }
    Tensor y = x.clone();
    for (int i = 0; i < blocks.size(); i++) {
      try (var _ = new StepScope()) {
        blocks.get(i).forward(y, compute);
      }
      if (watch != null) {
        watch.accept(y, i);
      }
    }
    return y;
  }
}
