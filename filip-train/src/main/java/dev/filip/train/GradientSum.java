package dev.filip.train;

import dev.filip.distributed.Communicator;
import dev.filip.optim.FlatParameters;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;
import org.jspecify.annotations.Nullable;

/**
 * The parameters' gradients of all shards and all ranks in one sum, in buckets of the flat buffer.
 * A bucket is sent as soon as the backward pass has finished with it, while the pass goes on; the
 * first sweep of a run only watches which bucket is finished when, and sends all at its end. The
 * loss is a mean over the pairs of all ranks already, so nothing is divided.
 *
 * <p>{@link #begin}, one backward pass on each shard's thread, {@link #finish}. Borrows parameters
 * and ranks; the ranks are used by one thread at a time, whichever finishes a bucket.
 */
final class GradientSum implements AutoCloseable {
  /** 25 MB of fp32, c10d's own bucket: large enough for bandwidth, small enough to overlap. */
  private static final long BUCKET = 25L * 1024 * 1024 / Float.BYTES;

  private final FlatParameters parameters;
  private final Communicator ranks;
  private final boolean overlap;
  private final GradientBuckets buckets;
  private final Kept owned = new Kept();
  private final List<Communicator.Pending> underWay = new ArrayList<>();
  private boolean learnt;
  private int early;
  private @Nullable RuntimeException failure;

  /**
   * @param overlap whether sums begin during the backward pass
   */
  GradientSum(FlatParameters parameters, Communicator ranks, boolean overlap) {
    this(parameters, ranks, overlap, BUCKET);
  }

  GradientSum(FlatParameters parameters, Communicator ranks, boolean overlap, long bucket) {
    this.overlap = overlap && ranks.world() > 1;
    this.parameters = parameters;
    this.ranks = ranks;
    this.buckets = new GradientBuckets(parameters.slots(), bucket);
  }

  /** Of one process. */
  static GradientSum alone(FlatParameters parameters) {
    return new GradientSum(parameters, Communicator.Alone.INSTANCE, false);
  }

  /**
   * What the next shard tells of its backward passes.
   *
   * @param leaves of the shard's model, whose gradients are its own
   */
  Shard.Watcher shard(Map<String, Tensor> leaves) {
    if (!overlap) {
      return Shard.Watcher.UNWATCHED;
    }
    WatchedGradients watched = new WatchedGradients(buckets, buckets.addShard(), this::send);
    watched.watch(parameters.slots(), leaves, owned);
    return watched;
  }

  /** Before the backward passes of a step. */
  void begin() {
    buckets.begin();
    early = 0;
  }

  /** Sends what is whole and whose turn it is. */
  private synchronized void send() {
    if (failure != null) {
      return;
    }
    try (var _ = new StepScope()) {
      for (int number : buckets.whole()) {
        GradientBuckets.Bucket bucket = buckets.all().get(number);
        parameters.addReplicaGradients(bucket.from(), bucket.count());
        Tensor part = parameters.gradients().narrow(0, bucket.from(), bucket.count());
        underWay.add(ranks.sum(part));
      }
    } catch (RuntimeException e) {
      failure = e; // thrown by finish: a hook's exception would lose its type in autograd
    }
  }

  /**
   * After the backward passes of a step: waits until every gradient is the sum over all.
   *
   * @throws dev.filip.distributed.LostPeer when another rank did not do its part in time
   */
  void finish() {
    if (ranks.world() == 1) {
      parameters.addReplicaGradients(0, parameters.size());
      return;
    }
    early = underWay.size();
    send();
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    underWay.forEach(Communicator.Pending::await);
    underWay.clear();
    if (overlap && !learnt) {
      agree();
      learnt = true;
    }
  }

  private void agree() {
    int[] own = buckets.learn();
    long[] turns = new long[own.length];
    for (int i = 0; i < own.length; i++) {
      turns[i] = own[i];
    }
    long[][] all = ranks.gather(turns);
    int[] first = new int[own.length];
    for (int i = 0; i < own.length; i++) {
      first[i] = Math.toIntExact(all[0][i]);
    }
    buckets.agree(first);
  }

  /** Buckets that were under way before the last step's backward passes had all ended. */
  int early() {
    return early;
  }

  @Override
  public void close() {
    owned.close();
  }

  /**
   * Tells {@link GradientBuckets} what a shard's last backward pass of a step has added. libtorch
   * calls a leaf's hook just before it adds to the leaf's gradient, and one leaf after the other,
   * so each call says that the leaf before is done. Used by the thread of the backward pass.
   */
  private static final class WatchedGradients implements Shard.Watcher {
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
                gradient.close(); // a handle of our own
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
}
