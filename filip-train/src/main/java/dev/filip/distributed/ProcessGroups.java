package dev.filip.distributed;

import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.ReduceScatterOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.gloo.Device;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;
import org.jspecify.annotations.Nullable;

/**
 * c10d's process groups: Gloo for tensors in memory, NCCL for those on a GPU (made when the first
 * one comes). A group is dead for good after its first failure.
 */
public final class ProcessGroups implements Communicator {
  private static final int THREADS = 2;

  private final Rendezvous place;
  private final int rank;
  private final int world;
  private final int timeout;
  private final Kept owned = new Kept();
  private final Backend gloo;
  private @Nullable Backend nccl;

  /** Meets the other ranks; {@code place} is borrowed. */
  ProcessGroups(Rendezvous place, int rank, int world, int timeoutSeconds) {
    this.place = place;
    this.rank = rank;
    this.world = world;
    this.timeout = timeoutSeconds;
    try (var _ = new StepScope()) {
      Milliseconds patience = new Milliseconds(timeoutSeconds * 1000L);
      ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(patience);
      options.devices(new GlooDeviceVector(device())).threads(THREADS);
      gloo = owned.add(new ProcessGroupGloo(place.store("gloo"), rank, world, options));
    } catch (RuntimeException e) {
      owned.close();
      throw LostPeer.of("meeting at " + place.name(), timeoutSeconds, e);
    }
  }

  private Device device() {
    @Nullable String named = System.getenv("GLOO_SOCKET_IFNAME");
    return named == null
        ? ProcessGroupGloo.createDeviceForHostname(place.ownAddress())
        : ProcessGroupGloo.createDeviceForInterface(named);
  }

  private Backend backend(Tensor tensor) {
    if (tensor.is_cpu()) {
      return gloo;
    }
    Backend made = nccl;
    if (made == null) {
      made = owned.add(new ProcessGroupNCCL(place.store("nccl"), rank, world));
      made.setTimeout(new Milliseconds(timeout * 1000L));
      nccl = made;
    }
    return made;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int world() {
    return world;
  }

  @Override
  public Tensor gather(Tensor own) {
    try (StepScope scope = new StepScope()) {
      Tensor mine = own.contiguous();
      long[] shape = Tensors.shape(mine);
      shape[0] *= world;
      Tensor all = mine.new_empty(shape);
      await(backend(mine)._allgather_base(all, mine), "gathering");
      return scope.up(all);
    }
  }

  @Override
  public Tensor scatterSum(Tensor whole) {
    try (StepScope scope = new StepScope()) {
      Tensor all = whole.contiguous();
      long[] shape = Tensors.shape(all);
      if (shape[0] % world != 0) {
        throw new IllegalArgumentException(shape[0] + " rows do not divide among " + world);
      }
      shape[0] /= world;
      Tensor own = all.new_empty(shape);
      await(
          backend(all)._reduce_scatter_base(own, all, new ReduceScatterOptions()),
          "summing gradients of features");
      return scope.up(own);
    }
  }

  @Override
  public Pending sum(Tensor tensor) {
    requireContiguous(tensor);
    Kept operation = new Kept();
    try (var _ = new StepScope()) {
      AllreduceOptions sum = new AllreduceOptions().reduceOp(new ReduceOp(ReduceOp.RedOpType.SUM));
      Work work = operation.add(backend(tensor).allreduce(new TensorVector(tensor), sum));
      return () -> {
        try (operation) {
          await(work, "summing gradients");
        }
      };
    } catch (RuntimeException e) {
      operation.close();
      throw LostPeer.of("summing gradients", timeout, e);
    }
  }

  @Override
  public void takeFirst(Tensor tensor) {
    requireContiguous(tensor);
    try (var _ = new StepScope()) {
      BroadcastOptions first = new BroadcastOptions().rootRank(0);
      await(backend(tensor).broadcast(new TensorVector(tensor), first), "sharing weights");
    }
  }

  private static void requireContiguous(Tensor tensor) {
    if (!tensor.is_contiguous()) {
      throw new IllegalArgumentException("a contiguous tensor is needed");
    }
  }

  private void await(Work work, String doing) {
    try {
      work._wait();
    } catch (RuntimeException e) {
      throw LostPeer.of(doing, timeout, e);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
