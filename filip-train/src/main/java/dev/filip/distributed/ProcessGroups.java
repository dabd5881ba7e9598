package dev.filip.distributed;

import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Several processes: Gloo for tensors in memory, NCCL for those on a GPU (made when it is prepared
 * or when the first one comes). Dead for good after the first failure of either.
 */
public final class ProcessGroups implements Communicator {
  private final Rendezvous place;
  private final int rank;
  private final int world;
  private final int timeout;
  private final OverNccl over;
  private final Collectives memory;
  private @Nullable NcclCollectives device;

  /**
   * Where NCCL comes from and what goes over it.
   *
   * @param library finds it, when the first tensor needs it
   * @param memoryToo whether tensors in memory go over it, too, which NCCL itself cannot: for one
   *     that is played
   */
  record OverNccl(Supplier<Nccl> library, boolean memoryToo) {
    /** The installed library, for tensors on a GPU. */
    static final OverNccl INSTALLED = new OverNccl(Nccl::find, false);
  }

  /** Meets the other ranks; {@code place} is borrowed. */
  ProcessGroups(Rendezvous place, int rank, int world, int timeoutSeconds, OverNccl over) {
    this.place = place;
    this.rank = rank;
    this.world = world;
    this.timeout = timeoutSeconds;
    this.over = over;
    this.memory = new GlooCollectives(place, rank, world, timeoutSeconds);
  }

  /** A failure of NCCL's is everybody's: work on the device has been given up. */
  private Collectives of(Tensor tensor) {
    NcclCollectives made = device;
    if (made != null) {
      made.check();
    }
    if (tensor.is_cpu() && !over.memoryToo) {
      return memory;
    }
    return made != null ? made : meet(tensor.is_cpu() ? ComputeDevice.CPU : ComputeDevice.CUDA);
  }

  private NcclCollectives meet(ComputeDevice where) {
    NcclCollectives made =
        new NcclCollectives(over.library.get(), place, rank, world, timeout, where);
    device = made;
    return made;
  }

  @Override
  public String prepare(ComputeDevice where) {
    if (where.isCpu() && !over.memoryToo) {
      return "";
    }
    NcclCollectives made = device;
    return (made == null ? meet(where) : made).describe();
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
      of(mine).gather(all, mine);
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
      of(all).scatterSum(own, all);
      return scope.up(own);
    }
  }

  @Override
  public Pending sum(Tensor tensor) {
    requireContiguous(tensor);
    return of(tensor).sum(tensor);
  }

  @Override
  public void takeFirst(Tensor tensor) {
    requireContiguous(tensor);
    try (var _ = new StepScope()) {
      of(tensor).takeFirst(tensor);
    }
  }

  private static void requireContiguous(Tensor tensor) {
    if (!tensor.is_contiguous()) {
      throw new IllegalArgumentException("a contiguous tensor is needed");
    }
  }

  @Override
  public void close() {
    NcclCollectives made = device;
    if (made != null) {
      made.close();
    }
    memory.close();
  }
}
