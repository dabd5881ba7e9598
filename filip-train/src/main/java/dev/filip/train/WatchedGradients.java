package dev.filip.train;

import dev.filip.optim.FlatParameters;
import dev.filip.tensor.Kept;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * Tells {@link GradientBuckets} what a shard's last backward pass of a step has added. libtorch
 * calls a leaf's hook just before it adds to the leaf's gradient, and one leaf after the other, so
 * each call says that the leaf before is done. Used by the thread of the backward pass.
 */
final class WatchedGradients implements ShardGradients {
  private static final int NONE = -1;

  private final GradientBuckets buckets;
  private final int shard;
  private final Runnable send;
  private boolean last;
  private int adding = NONE;

  /**
   * @param send called whenever more may be whole
   */
  WatchedGradients(GradientBuckets buckets, int shard, Runnable send) {
    this.buckets = buckets;
    this.shard = shard;
    this.send = send;
  }

  /** Hooks the leaves; {@code owned} keeps the hooks as long as the leaves are trained. */
  void watch(List<FlatParameters.Slot> slots, Map<String, Tensor> leaves, Kept owned) {
    for (int i = 0; i < slots.size(); i++) {
      int slot = i;
      VoidTensorHook hook =
          new VoidTensorHook() {
            @Override
            public void call(TensorBase gradient) {
              next(slot);
            }
          };
      Objects.requireNonNull(leaves.get(slots.get(i).name())).register_hook(owned.add(hook));
    }
  }

  private void next(int slot) {
    if (last) {
      added();
      adding = slot;
      send.run();
    }
  }

  private void added() {
    if (adding != NONE) {
      buckets.added(shard, adding);
      adding = NONE;
    }
  }

  @Override
  public void lastPass() {
    last = true;
  }

  @Override
  public void ended() {
    last = false;
    added();
    buckets.ended(shard);
  }
}
