package dev.filip.distributed;

import dev.filip.io.BadInput;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * Where the ranks meet: c10d's key-value store, kept by rank 0 or by the launcher. Waiting is by
 * polling, so that a long wait has no timeout of its own and ends when the store goes away or a
 * rank says that it failed. Thread-safe.
 */
final class Rendezvous implements AutoCloseable {
  private static final long POLL_MILLIS = 10;
  private static final String FAILED = "failed";

  private final RankEnvironment environment;
  private final int timeout;
  private final Kept owned = new Kept();
  private final Store store;

  private Rendezvous(RankEnvironment environment, int timeoutSeconds) {
    this.environment = environment;
    this.timeout = timeoutSeconds;
    try (var _ = new StepScope()) {
      // a connection is tried for about twice the time that is given
      long connect = Math.max(500, timeoutSeconds * 500L);
      TCPStoreOptions options =
          new TCPStoreOptions()
              .port((short) environment.port())
              .isServer(environment.rank() == 0 && !environment.agentStore())
              .waitWorkers(false)
              .timeout(new Milliseconds(connect));
      TCPStore root = owned.add(new TCPStore(environment.host(), options));
      store = owned.add(new PrefixStore("filip/" + environment.attempt(), root.clone()));
    }
  }

  /**
   * Opens the store and waits until all ranks have come.
   *
   * @throws BadInput naming the address where nobody answers, the port that is taken, the ranks
   *     that did not come
   */
  static Rendezvous join(RankEnvironment environment, int timeoutSeconds) {
    Rendezvous joined;
    try {
      joined = new Rendezvous(environment, timeoutSeconds);
    } catch (RuntimeException e) {
      throw unreachable(environment, timeoutSeconds, e);
    }
    try {
      joined.rollCall();
      return joined;
    } catch (RuntimeException e) {
      joined.close();
      throw e;
    }
  }

  private static BadInput unreachable(RankEnvironment at, int timeout, RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    if (at.rank() == 0 && !at.agentStore()) {
      String why =
          message.contains("EADDRINUSE") || message.contains("already in use")
              ? "the port is in use on this machine"
              : LostPeer.reason(message, timeout);
      return new BadInput("rank 0 cannot listen at " + at.meetingPlace() + ": " + why, e);
    }
    return new BadInput(
        "nobody answers at "
            + at.meetingPlace()
            + " within "
            + timeout
            + " s (distributed.timeout): rank 0 is not running there, or cannot be reached",
        e);
  }

  private void rollCall() {
    int rank = environment.rank();
    if (rank == 0) {
      put("world", Integer.toString(environment.world()));
    }
    String world = await("world", Duration.ofSeconds(timeout));
    if (!world.equals(Integer.toString(environment.world()))) {
      throw new BadInput(
          "WORLD_SIZE must be the same on all ranks: rank 0 has "
              + world
              + ", rank "
              + rank
              + " has "
              + environment.world());
    }
    if (count("here/" + rank) > 1) {
      throw new BadInput("RANK must be another on each process, two have " + rank);
    }
    put("came/" + rank, "");
    awaitAll();
  }

  private void awaitAll() {
    long end = System.nanoTime() + timeout * 1_000_000_000L;
    List<Integer> missing = missing();
    while (!missing.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new BadInput(
            "rank"
                + (missing.size() > 1 ? "s " : " ")
                + missing.toString().replaceAll("[\\[\\]]", "")
                + " of "
                + environment.world()
                + " did not come to "
                + name()
                + " within "
                + timeout
                + " s (distributed.timeout)");
      }
      pause();
      missing = missing();
    }
  }

  private List<Integer> missing() {
    List<Integer> missing = new ArrayList<>();
    for (int r = 0; r < environment.world(); r++) {
      if (!has("came/" + r)) {
        missing.add(r);
      }
    }
    return missing;
  }

  /** Where it is, as errors name it. */
  String name() {
    return environment.meetingPlace();
  }

  /**
   * A part of the store for a process group of its own. What takes a store takes it over, unless it
   * is a clone, which is counted: giving away anything else would free it twice.
   */
  Store store(String part) {
    return new PrefixStore(part, store.clone()).clone();
  }

  /** This machine's address on the way to the store. */
  String ownAddress() {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(environment.host(), environment.port()));
      return socket.getLocalAddress().getHostAddress();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new BadInput("no way to " + name() + ": " + e.getMessage(), e);
    }
  }

  void put(String key, String value) {
    asked(() -> {
      store.set(key, encoded(value));
      return "";
    });
  }

  private boolean has(String key) {
    return asked(() -> store.check(new StringVector(key)));
  }

  private long count(String key) {
    return asked(() -> store.add(key, 1));
  }

  private String read(String key) {
    return asked(() -> decoded(store.get_to_str(key)));
  }

  /**
   * The value of a key, once it is there.
   *
   * @throws LostPeer when a rank has failed, the store is gone or the time is over
   */
  String await(String key, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (!has(key)) {
      Optional<String> failed = failure();
      if (failed.isPresent()) {
        throw new LostPeer(failed.get());
      }
      if (System.nanoTime() > end) {
        throw new LostPeer("no answer within " + patience.toSeconds() + " s at " + name());
      }
      pause();
    }
    return read(key);
  }

  /** This rank needs the store no more. */
  void leave() {
    asked(() -> store.add("left", 1));
  }

  /** Waits until the other ranks need the store no more, for so long at most. */
  void awaitLeavers(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    while (asked(() -> store.add("left", 0)) < environment.world() - 1 && System.nanoTime() < end) {
      pause();
    }
  }

  /** Tells the others why this rank ends; the first word counts. */
  void fail(String line) {
    if (count("failures") == 1) {
      put(FAILED, "rank " + environment.rank() + " failed: " + line);
    }
  }

  /** What a rank said before it ended. */
  Optional<String> failure() {
    return has(FAILED) ? Optional.of(read(FAILED)) : Optional.empty();
  }

  private interface Asking<T> {
    T ask();
  }

  private <T> T asked(Asking<T> asking) {
    try (var _ = new StepScope()) {
      return asking.ask();
    } catch (BadInput | LostPeer e) {
      throw e;
    } catch (RuntimeException e) {
      throw new LostPeer("the store at " + name() + " is gone", e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for other ranks", e);
    }
  }

  /** Keys and values cross the bindings as plain ASCII. */
  private static String encoded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String value) {
    return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    owned.close();
  }
}
