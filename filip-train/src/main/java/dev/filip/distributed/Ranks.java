package dev.filip.distributed;

import dev.filip.io.BadInput;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a run as one of them sees it: their {@link Communicator} and the store where
 * they leave each other notes. A run of one process is {@link #alone}. Notes are thread-safe, the
 * communicator is for one thread.
 */
public final class Ranks implements AutoCloseable {
  /** How long ranks wait for the first one's evaluation or checkpoint: as good as for ever. */
  private static final Duration PATIENCE = Duration.ofDays(7);

  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final int localWorld;
  private final @Nullable Rendezvous place;
  private final Communicator communicator;
  private final AtomicLong turns = new AtomicLong();
  private volatile boolean broken;

  private Ranks(int localWorld, @Nullable Rendezvous place, Communicator communicator) {
    this.localWorld = localWorld;
    this.place = place;
    this.communicator = communicator;
  }

  /** A run of one process. */
  public static Ranks alone() {
    return new Ranks(1, null, Communicator.Alone.INSTANCE);
  }

  /**
   * Meets the other ranks; native libraries must be loaded.
   *
   * @param timeoutSeconds for meeting and for every later operation
   * @throws BadInput when they cannot meet: one line with address and ranks
   */
  public static Ranks join(RankEnvironment environment, int timeoutSeconds) {
    return join(environment, timeoutSeconds, ProcessGroups.OverNccl.INSTALLED);
  }

  /** The same with another NCCL. */
  static Ranks join(RankEnvironment environment, int timeoutSeconds, ProcessGroups.OverNccl nccl) {
    if (environment.world() == 1) {
      return new Ranks(environment.localWorld(), null, Communicator.Alone.INSTANCE);
    }
    Rendezvous place = Rendezvous.join(environment, timeoutSeconds);
    try {
      return new Ranks(
          environment.localWorld(),
          place,
          new ProcessGroups(place, environment.rank(), environment.world(), timeoutSeconds, nccl));
    } catch (RuntimeException e) {
      place.close();
      throw e;
    }
  }

  /** What they sum and gather with. */
  public Communicator communicator() {
    return communicator;
  }

  /** Number of this rank. */
  public int rank() {
    return communicator.rank();
  }

  /** Ranks. */
  public int world() {
    return communicator.world();
  }

  /** Whether this rank writes, judges and shows progress. */
  public boolean isFirst() {
    return rank() == 0;
  }

  /** Ranks on this machine, which share its cores and memory. */
  public int localWorld() {
    return localWorld;
  }

  /** This rank's share of a machine's cores. */
  public int cores(int ofMachine) {
    return Math.max(1, ofMachine / localWorld);
  }

  /**
   * Every rank's note under a name, in rank order; waits for them.
   *
   * @throws LostPeer when one fails before or does not come within {@code patience}
   */
  public String[] notes(String name, String own, Duration patience) {
    String[] all = new String[world()];
    Arrays.fill(all, own);
    if (place != null) {
      place.put(name + "/" + rank(), own);
      for (int r = 0; r < all.length; r++) {
        all[r] = place.await(name + "/" + r, patience);
      }
    }
    return all;
  }

  /** Work of the first rank alone. */
  public interface FirstsWork {
    /** Does it. */
    void run();
  }

  /**
   * The first rank does it while the others wait as long as it takes.
   *
   * @throws LostPeer when the first rank fails meanwhile
   */
  public void first(FirstsWork work) {
    String key = "turn/" + turns.incrementAndGet();
    if (isFirst()) {
      work.run();
      if (place != null) {
        place.put(key, "");
      }
    } else if (place != null) {
      place.await(key, PATIENCE);
    }
  }

  /** Tells the others why this rank ends, if they can still be told. */
  public void fail(String line) {
    if (place == null) {
      return;
    }
    broken = true;
    try {
      place.fail(line);
      if (isFirst()) {
        Thread.sleep(FAREWELL); // the store goes with this process: let the others read it
      }
    } catch (LostPeer e) {
      // the store is gone and nobody listens
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The same failure, with the words of the rank that failed first where it left some. */
  public LostPeer explained(LostPeer lost) {
    broken = true;
    if (place == null) {
      return lost;
    }
    try {
      Optional<String> said = place.failure();
      return said.isPresent() ? new LostPeer(said.get(), lost) : lost;
    } catch (LostPeer e) {
      return lost; // whoever kept the store is the one that is gone
    }
  }

  /** The first rank may keep the store: it leaves last, where nobody has failed. */
  @Override
  public void close() {
    if (place != null && !broken) {
      try {
        if (isFirst()) {
          place.awaitLeavers(FAREWELL);
        } else {
          place.leave();
        }
      } catch (LostPeer e) {
        // nobody is left to wait for
      }
    }
    communicator.close();
    if (place != null) {
      place.close();
    }
  }
}
