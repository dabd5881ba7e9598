package dev.filip.download;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import okhttp3.Dns;

/**
 * Names to addresses, each looked up once while its answer is fresh, by threads of their own: the
 * system's look-up would hold the few that carry virtual threads. A name of which some addresses
 * are allowed has those only. Thread-safe.
 */
final class Names implements Dns, AutoCloseable {
  private static final int MOST = 100_000;
  private static final int THREADS = 32;
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration UNKNOWN_FRESH = Duration.ofSeconds(30);

  /** What is asked in the end. */
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private record Entry(CompletableFuture<List<InetAddress>> addresses, long since) {
    boolean isFresh(long now) {
      Duration fresh = addresses.isCompletedExceptionally() ? UNKNOWN_FRESH : FRESH;
      return now - since < fresh.toNanos();
    }
  }

  private final Resolver resolver;
  private final Predicate<InetAddress> allowed;
  private final Duration patience;
  private final LongSupplier clock;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("filip-dns-", 0).factory());
  private final Map<String, Entry> known = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A cache over a resolver.
   *
   * @param net asks, and says which addresses are allowed
   * @param patience for one look-up
   * @param clock nanoseconds
   */
  Names(Net net, Duration patience, LongSupplier clock) {
    this.resolver = net.resolver();
    this.allowed = net.allowed();
    this.patience = patience;
    this.clock = clock;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    try {
      return entry(host).addresses.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedAddress refused) {
        throw refused;
      }
      throw unknown(host, e);
    } catch (TimeoutException e) {
      throw unknown(host, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host, e);
    }
  }

  private static UnknownHostException unknown(String host, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(host);
    unknown.initCause(cause);
    return unknown;
  }

  private synchronized Entry entry(String host) {
    Entry entry = known.get(host);
    long now = clock.getAsLong();
    if (entry == null || !entry.isFresh(now)) {
      entry = new Entry(CompletableFuture.supplyAsync(() -> resolved(host), threads), now);
      known.put(host, entry);
      if (known.size() > MOST) {
        known.remove(known.keySet().iterator().next());
      }
    }
    return entry;
  }

  private List<InetAddress> resolved(String host) {
    try {
      List<InetAddress> all = List.of(resolver.addresses(host));
      List<InetAddress> some = all.stream().filter(allowed).toList();
      if (some.isEmpty()) {
        throw new RefusedAddress(host, all.getFirst());
      }
      return some;
    } catch (UnknownHostException e) {
      throw new java.util.concurrent.CompletionException(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
