package dev.filip.download;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Turns at hosts: so many at once at each and in all, a least time between two at one, and none
 * before a pause that a host asked for is over. Thread-safe.
 */
final class Hosts {
  /** Hosts with nobody waiting are forgotten above this many. */
  private static final int MOST_IDLE = 20_000;

  private final Manners manners;
  private final Semaphore total;
  private final ConcurrentHashMap<String, Host> hosts = new ConcurrentHashMap<>();

  Hosts(Manners manners) {
    this.manners = manners;
    this.total = new Semaphore(manners.total());
  }

  private static final class Host {
    private final Semaphore turns;
    private int users;
    private long next = System.nanoTime();
    private long pausedUntil = next;
    private Duration delay;

    Host(Manners manners) {
      this.turns = new Semaphore(manners.perHost());
      this.delay = manners.delay();
    }

    /** Nanoseconds until the pause is over; 0 or less for none. */
    synchronized long pause(long now) {
      return pausedUntil - now;
    }

    /** Takes the next place in the row of starts; gives the nanoseconds until then. */
    synchronized long place(long now) {
      long start = Math.max(now, next);
      next = start + delay.toNanos();
      return start - now;
    }

    synchronized void pauseUntil(long time) {
      pausedUntil = Math.max(pausedUntil, time);
    }

    synchronized void delay(Duration least) {
      delay = delay.compareTo(least) < 0 ? least : delay;
    }
  }

  /** One request's turn; closing it lets the next one in. */
  final class Turn implements AutoCloseable {
    private final String name;
    private final Host host;

    private Turn(String name, Host host) {
      this.name = name;
      this.host = host;
    }

    @Override
    public void close() {
      total.release();
      host.turns.release();
      leave(name);
    }
  }

  /**
   * Waits for a turn.
   *
   * @throws FetchFailure where the host asked for a longer pause than anybody waits here
   */
  Turn turn(String name) throws InterruptedException, FetchFailure {
    Host host = enter(name);
    boolean got = false;
    try {
      host.turns.acquire();
      try {
        await(host);
        total.acquire();
        got = true;
        return new Turn(name, host);
      } finally {
        if (!got) {
          host.turns.release();
        }
      }
    } finally {
      if (!got) {
        leave(name);
      }
    }
  }

  private void await(Host host) throws InterruptedException, FetchFailure {
    for (long left = host.pause(System.nanoTime()); left > 0; ) {
      if (left > manners.longestWait().toNanos()) {
        throw FetchFailure.lasting("host asked to wait", Duration.ofNanos(left).toSeconds() + " s");
      }
      Thread.sleep(Duration.ofNanos(left));
      left = host.pause(System.nanoTime());
    }
    long wait = host.place(System.nanoTime());
    if (wait > 0) {
      Thread.sleep(Duration.ofNanos(wait));
    }
  }

  /** Nobody asks this host again before. */
  void pause(String name, Duration time) {
    Host host = enter(name);
    host.pauseUntil(System.nanoTime() + time.toNanos());
    leave(name);
  }

  /** At least so much time between two requests to this host. */
  void delay(String name, Duration least) {
    Host host = enter(name);
    host.delay(least);
    leave(name);
  }

  private Host enter(String name) {
    Host entered =
        hosts.compute(
            name,
            (_, host) -> {
              Host there = host == null ? new Host(manners) : host;
              there.users++;
              return there;
            });
    if (hosts.size() > MOST_IDLE) {
      forget();
    }
    return entered;
  }

  private void leave(String name) {
    hosts.computeIfPresent(
        name,
        (_, host) -> {
          host.users--;
          return host;
        });
  }

  private void forget() {
    long now = System.nanoTime();
    for (String name : hosts.keySet()) {
      hosts.computeIfPresent(
          name, (_, host) -> host.users == 0 && host.pause(now) <= 0 ? null : host);
    }
  }
}
