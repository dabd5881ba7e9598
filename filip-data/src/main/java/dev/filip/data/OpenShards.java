package dev.filip.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last few shards that were read at random, kept open. Thread-safe. */
final class OpenShards implements Closeable {
  private static final int KEPT = 8;
  private volatile int kept;

  /** Opens a shard. */
  interface Opener {
    SampleSource.Shard open(int shard) throws IOException;
  }

  /** What is done with an open shard. */
  interface Use<T> {
    T of(SampleSource.Shard shard) throws IOException;
  }

  /** A shard and how many threads read it; its monitor is held while it is opened. */
  private static final class Slot {
    private SampleSource.@Nullable Shard shard;
    private int users;
    private boolean dropped;
  }

  private final Opener opener;
  private final Map<Integer, Slot> slots = new LinkedHashMap<>(KEPT, 0.75f, true);

  OpenShards(Opener opener) {
    this(opener, KEPT);
  }

  /**
   * @param kept at most so many, and those that are being read
   */
  OpenShards(Opener opener, int kept) {
    this.opener = opener;
    this.kept = kept;
  }

  /** Keeps at most so many from now on. */
  void keep(int most) {
    kept = most;
  }

  /** Reads from a shard, which is opened if it is not open; others wait only for the same one. */
  <T> T with(int number, Use<T> use) throws IOException {
    Slot slot = take(number);
    try {
      return use.of(opened(slot, number));
    } finally {
      give(slot);
    }
  }

  private Slot take(int number) throws IOException {
    List<Slot> idle;
    Slot slot;
    synchronized (slots) {
      slot = slots.computeIfAbsent(number, _ -> new Slot());
      slot.users++;
      idle = dropped(kept);
    }
    close(idle);
    return slot;
  }

  private SampleSource.Shard opened(Slot slot, int number) throws IOException {
    synchronized (slot) {
      SampleSource.Shard shard = slot.shard;
      if (shard == null) {
        shard = opener.open(number);
        slot.shard = shard;
      }
      return shard;
    }
  }

  private void give(Slot slot) throws IOException {
    boolean last;
    synchronized (slots) {
      slot.users--;
      last = slot.dropped && slot.users == 0;
    }
    if (last) {
      close(List.of(slot));
    }
  }

  /** Drops the eldest beyond {@code kept}; those that nobody reads are given back, to be closed. */
  private List<Slot> dropped(int kept) {
    List<Slot> idle = new ArrayList<>();
    for (Iterator<Slot> eldest = slots.values().iterator();
        slots.size() > kept && eldest.hasNext(); ) {
      Slot slot = eldest.next();
      eldest.remove();
      slot.dropped = true;
      if (slot.users == 0) {
        idle.add(slot);
      }
    }
    return idle;
  }

  private static void close(List<Slot> idle) throws IOException {
    for (Slot slot : idle) {
      synchronized (slot) {
        if (slot.shard != null) {
          slot.shard.close();
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    List<Slot> idle;
    synchronized (slots) {
      idle = dropped(0);
    }
    close(idle);
  }
}
