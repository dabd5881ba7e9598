package dev.filip.distributed;

import dev.filip.io.BadInput;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.DeviceStream;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.Tensor;

/**
 * The ranks' tensors on GPUs over {@link Nccl}: nothing is read back and the host does not wait.
 * Sums of gradients go on a stream beside the backward pass, all else in line with the caller's
 * work. A rank that does not come, an error in the background and a rank that says it failed end
 * all that is under way, and the next call says why. <b>Untried on several GPUs.</b>
 */
final class NcclCollectives implements Collectives {
  private static final long LOOK_MILLIS = 100;
  static final Duration FAREWELL = Duration.ofSeconds(2);

  private final int rank;
  private final int timeout;
  private final String version;
  private final DeviceStream stream;
  private final Nccl.Group group;
  private final NcclWatch watch;

  /**
   * Meets the other ranks.
   *
   * @param place where the group's name lies; borrowed
   * @throws BadInput where ranks have other versions
   * @throws LostPeer where a rank does not come
   */
  NcclCollectives(
      Nccl nccl, Rendezvous place, int rank, int world, int timeoutSeconds, ComputeDevice device) {
    this.rank = rank;
    this.timeout = timeoutSeconds;
    this.version = nccl.version();
    byte[] id = id(nccl, place);
    this.stream = new DeviceStream(device);
    try {
      this.group = joined(nccl, id, world, place);
    } catch (RuntimeException e) {
      stream.close();
      throw e;
    }
    this.watch = new NcclWatch(group, place, rank, timeoutSeconds);
  }

  private byte[] id(Nccl nccl, Rendezvous place) {
    if (rank == 0) {
      try {
        byte[] id = nccl.uniqueId();
        place.put("nccl/id", version + " " + Base64.getEncoder().encodeToString(id));
        return id;
      } catch (Nccl.Failure e) {
        throw NcclWatch.said(rank, e, "naming a group");
      }
    }
    String[] said = place.await("nccl/id", Duration.ofSeconds(timeout)).split(" ", 2);
    if (!said[0].equals(version)) {
      throw new BadInput(
          "NCCL must be the same on all ranks: rank 0 has "
              + said[0]
              + ", rank "
              + rank
              + " has "
              + version);
    }
    return Base64.getDecoder().decode(said[1]);
  }

  /** On a thread of its own: NCCL waits for ranks without end. */
  private Nccl.Group joined(Nccl nccl, byte[] id, int world, Rendezvous place) {
    FutureTask<Nccl.Group> joining =
        new FutureTask<>(() -> {
          stream.enter();
          return nccl.join(id, rank, world);
        });
    Thread thread = new Thread(joining, "filip-nccl-join");
    thread.setDaemon(true);
    thread.start();
    long end = System.nanoTime() + timeout * 1_000_000_000L;
    while (true) {
      try {
        return joining.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        Optional<String> failed = place.failure();
        if (failed.isPresent()) {
          throw new LostPeer(failed.get());
        }
        if (System.nanoTime() > end) {
          throw new LostPeer(NcclWatch.late(timeout, "meeting over NCCL"));
        }
      } catch (ExecutionException e) {
        throw NcclWatch.said(
            rank, Objects.requireNonNullElse(e.getCause(), e), "meeting over NCCL");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while meeting over NCCL", e);
      }
    }
  }

  /** For the log of a run. */
  String describe() {
    return "ranks: NCCL " + version + " between GPUs; unproven on several GPUs (docs/GPU.md)";
  }

  /**
   * Says why the group is dead, where it is.
   *
   * @throws LostPeer where another rank is to blame
   * @throws IllegalStateException with this rank and NCCL's call, where that failed here
   */
  void check() {
    watch.check();
  }

  private DeviceStream.Mark put(String doing, Tensor tensor, LongConsumer call, boolean beside) {
    NcclWatch.Operation operation = watch.begin(doing);
    try {
      DeviceStream.Mark mark = beside ? stream.beside(tensor, call) : stream.inLine(tensor, call);
      operation.put(mark);
      watch.check(); // it may have been given up meanwhile
      return mark;
    } catch (Nccl.Failure e) {
      throw watch.failed(e, doing);
    }
  }

  private static long at(Tensor tensor) {
    return tensor.data_ptr().address();
  }

  private static int type(Tensor tensor) {
    return Nccl.type(tensor.scalar_type());
  }

  @Override
  public void gather(Tensor all, Tensor own) {
    if (own.numel() > 0) {
      LongConsumer call = on -> group.allGather(at(own), at(all), own.numel(), type(own), on);
      put("gathering", own, call, false);
    }
  }

  @Override
  public void scatterSum(Tensor own, Tensor whole) {
    if (own.numel() > 0) {
      LongConsumer call = on -> group.reduceScatter(at(whole), at(own), own.numel(), type(own), on);
      put("summing gradients of features", own, call, false);
    }
  }

  @Override
  public Communicator.Pending sum(Tensor tensor) {
    if (tensor.numel() == 0) {
      return () -> {};
    }
    LongConsumer call = on -> group.allReduce(at(tensor), tensor.numel(), type(tensor), on);
    DeviceStream.Mark mark = put("summing gradients", tensor, call, true);
    return () -> {
      watch.check();
      mark.await(tensor);
    };
  }

  @Override
  public void takeFirst(Tensor tensor) {
    if (tensor.numel() > 0) {
      LongConsumer call = on -> group.broadcast(at(tensor), tensor.numel(), type(tensor), on);
      put("sharing weights", tensor, call, false);
    }
  }

  /** Where something is still under way it is given up: whoever closes then is failing. */
  @Override
  public void close() {
    if (watch.close()) {
      Thread ending = new Thread(group::destroy, "filip-nccl-end"); // may wait for lost ranks
      ending.setDaemon(true);
      ending.start();
      try {
        ending.join(FAREWELL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    stream.close();
  }
}
