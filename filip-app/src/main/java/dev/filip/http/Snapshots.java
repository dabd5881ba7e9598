package dev.filip.http;

import dev.filip.io.BadInput;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * States of an index that requests still ask for: the newest, and those before it for as long as
 * their pages may be turned. A state is closed when it is old and nobody reads it. Thread-safe.
 */
final class Snapshots implements AutoCloseable {
  /** States kept for turning pages at most. */
  private static final int MOST = 8;

  private static final Duration KEPT = Duration.ofMinutes(10);

  /** Between two looks at the disk. */
  private static final Duration FRESH = Duration.ofMillis(500);

  private final Deque<Held> held = new ArrayDeque<>();
  private long looked = System.nanoTime();

  Snapshots(Path index) throws IOException {
    held.addFirst(new Held(Snapshot.open(index)));
  }

  /** A state with its readers. */
  private static final class Held {
    final Snapshot snapshot;
    int readers;
    long replaced;

    Held(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    String token() {
      return snapshot.state();
    }
  }

  /** A state that stays open until this is closed. */
  final class Lease implements AutoCloseable {
    private final Held of;

    private Lease(Held of) {
      this.of = of;
      of.readers++;
    }

    Snapshot snapshot() {
      return of.snapshot;
    }

    /** Names the state for a later request. */
    String token() {
      return of.token();
    }

    @Override
    public void close() {
      synchronized (Snapshots.this) {
        of.readers--;
        drop();
      }
    }
  }

  /** The newest state, looked for on the disk at most twice a second. */
  synchronized Lease newest() {
    if (System.nanoTime() - looked > FRESH.toNanos()) {
      refresh();
    }
    return new Lease(held.getFirst());
  }

  /**
   * An earlier state.
   *
   * @throws Refused with 410 where it is no longer kept
   */
  synchronized Lease of(String token) {
    for (Held one : held) {
      if (one.token().equals(token)) {
        return new Lease(one);
      }
    }
    throw new Refused(
        410, "parameter snapshot: that state of the index is no longer kept: search anew");
  }

  /**
   * Takes up what was written.
   *
   * @throws Refused with 503 where what is there now is no longer the index that was opened
   */
  synchronized void refresh() {
    looked = System.nanoTime();
    Held now = held.getFirst();
    try {
      Snapshot next = now.snapshot.refreshed();
      if (next.state().equals(now.token())) {
        next.close();
        return;
      }
      now.replaced = looked;
      held.addFirst(new Held(next));
      drop();
    } catch (BadInput e) {
      System.err.println("filip serve: " + e.getMessage());
      throw new Refused(503, "the index is not the one that was opened: the server's log says why");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drop() {
    int kept = 0;
    long now = System.nanoTime();
    for (Iterator<Held> all = held.iterator(); all.hasNext(); ) {
      Held one = all.next();
      boolean old = kept > 0 && (kept >= MOST || now - one.replaced > KEPT.toNanos());
      if (old && one.readers == 0) {
        all.remove();
        close(one);
      }
      kept++;
    }
  }

  private static void close(Held one) {
    try {
      one.snapshot.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    held.forEach(Snapshots::close);
    held.clear();
  }
}
