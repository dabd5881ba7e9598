package dev.filip.distributed;

import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
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
import org.jspecify.annotations.Nullable;

/** c10d's process group over Gloo, for tensors in memory. Dead for good after its first failure. */
final class GlooCollectives implements Collectives {
  private static final int THREADS = 2;

  private final int timeout;
  private final Kept owned = new Kept();
  private final Backend gloo;

  /** Meets the other ranks; {@code place} is borrowed. */
  GlooCollectives(Rendezvous place, int rank, int world, int timeoutSeconds) {
    this.timeout = timeoutSeconds;
    try (var _ = new StepScope()) {
      Milliseconds patience = new Milliseconds(timeoutSeconds * 1000L);
      ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(patience);
      options.devices(new GlooDeviceVector(device(place))).threads(THREADS);
      gloo = owned.add(new ProcessGroupGloo(place.store("gloo"), rank, world, options));
    } catch (RuntimeException e) {
      owned.close();
      throw LostPeer.of("meeting at " + place.name(), timeoutSeconds, e);
    }
  }

  private static Device device(Rendezvous place) {
    @Nullable String named = System.getenv("GLOO_SOCKET_IFNAME");
    return named == null
        ? ProcessGroupGloo.createDeviceForHostname(place.ownAddress())
        : ProcessGroupGloo.createDeviceForInterface(named);
  }

  @Override
  public void gather(Tensor all, Tensor own) {
    await(gloo._allgather_base(all, own), "gathering");
  }

  @Override
  public void scatterSum(Tensor own, Tensor whole) {
    await(
        gloo._reduce_scatter_base(own, whole, new ReduceScatterOptions()),
        "summing gradients of features");
  }

  @Override
  public Communicator.Pending sum(Tensor tensor) {
    Kept operation = new Kept();
    try (var _ = new StepScope()) {
      AllreduceOptions sum = new AllreduceOptions().reduceOp(new ReduceOp(ReduceOp.RedOpType.SUM));
      Work work = operation.add(gloo.allreduce(new TensorVector(tensor), sum));
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
    BroadcastOptions first = new BroadcastOptions().rootRank(0);
    await(gloo.broadcast(new TensorVector(tensor), first), "sharing weights");
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
