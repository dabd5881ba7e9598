package dev.filip.distributed;

import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Ranks as threads of one process, each with a process group of its own. */
public final class ThreadRanks {
  private ThreadRanks() {}

  /** What a rank does; results must not hold tensors of the rank's scope. */
  public interface Body<T> {
    T run(Ranks ranks) throws Exception;
  }

  /** Runs all ranks, gives their results in rank order; the first failure is thrown. */
  public static <T> List<T> run(int world, Body<T> body) {
    return run(world, 60, body); // a loaded machine starts threads late
  }

  /** The same with another timeout. */
  public static <T> List<T> run(int world, int timeoutSeconds, Body<T> body) {
    return run(world, timeoutSeconds, rank -> ProcessGroups.OverNccl.INSTALLED, body);
  }

  /** The same where all tensors go over an NCCL that is played. */
  public static <T> List<T> runOverNccl(int world, Body<T> body) {
    return runOverNccl(world, 60, new PlayedNccl(), body);
  }

  static <T> List<T> runOverNccl(int world, int timeoutSeconds, PlayedNccl nccl, Body<T> body) {
    var over = new ProcessGroups.OverNccl(() -> new Nccl("a played one", nccl), true);
    return run(world, timeoutSeconds, rank -> over, body);
  }

  static <T> List<T> run(
      int world, int timeoutSeconds, IntFunction<ProcessGroups.OverNccl> nccl, Body<T> body) {
    Natives.load();
    int port = freePort();
    try (ExecutorService threads = Executors.newFixedThreadPool(world)) {
      List<Future<T>> running = new ArrayList<>();
      for (int r = 0; r < world; r++) {
        RankEnvironment environment = RankEnvironment.local(r, world, port);
        ProcessGroups.OverNccl over = nccl.apply(r);
        running.add(threads.submit(() -> one(environment, timeoutSeconds, over, body)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> rank : running) {
        results.add(rank.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static <T> T one(
      RankEnvironment environment, int timeoutSeconds, ProcessGroups.OverNccl nccl, Body<T> body)
      throws Exception {
    try (Ranks ranks = Ranks.join(environment, timeoutSeconds, nccl);
        var _ = new StepScope()) {
      return body.run(ranks);
    }
  }

  /** A port nobody listens on. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
