package dev.filip.http;

import dev.filip.search.IndexEditor;
import dev.filip.search.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes an index for many requests: what comes while a commit is being written is the next one,
 * together, so that changes do not each wait for the disk. A change is on the disk when its call
 * returns, and changes happen in the order of coming. The index is locked only while it is written,
 * so that commands can write, too. Thread-safe.
 */
final class Commits {
  /** Changes of one commit at most. */
  private static final int MOST = 64;

  /** Another writer of the index is waited for so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int LOOK_AGAIN = 20;

  private final Path index;
  private final Runnable written;
  private final Queue<Change> coming = new ConcurrentLinkedQueue<>();
  private final Lock writing = new ReentrantLock();

  /**
   * @param written called after each commit, before what it did is told
   */
  Commits(Path index, Runnable written) {
    this.index = index;
    this.written = written;
  }

  /**
   * What became of a change.
   *
   * @param items that the index has then
   */
  record Outcome(IndexEditor.Done done, long items) {}

  /** An item to add, or none and an id to remove; and what became of it. */
  private static final class Change {
    final String id;
    final @Nullable Item item;
    IndexEditor.Done done = IndexEditor.Done.NOTHING;
    @Nullable Outcome outcome;
    @Nullable RuntimeException failure;

    Change(String id, @Nullable Item item) {
      this.id = id;
      this.item = item;
    }

    boolean isOver() {
      return outcome != null || failure != null;
    }
  }

  /** Adds or replaces an item. */
  Outcome add(Item item) {
    return make(new Change(item.id(), item));
  }

  /** Removes an item, if it is there. */
  Outcome remove(String id) {
    return make(new Change(id, null));
  }

  private Outcome make(Change change) {
    coming.add(change);
    writing.lock();
    try {
      while (!change.isOver()) {
        commit(next());
      }
    } finally {
      writing.unlock();
    }
    if (change.failure != null) {
      throw change.failure;
    }
    return Objects.requireNonNull(change.outcome);
  }

  /** Those that have come, first of all the first. */
  private List<Change> next() {
    List<Change> next = new ArrayList<>();
    for (Change one = coming.poll(); one != null; one = coming.poll()) {
      next.add(one);
      if (next.size() == MOST) {
        break;
      }
    }
    return next;
  }

  private void commit(List<Change> changes) {
    try (IndexEditor editor = editor()) {
      for (int from = 0, to; from < changes.size(); from = to) {
        to = from + 1;
        boolean adds = changes.get(from).item != null;
        while (to < changes.size() && (changes.get(to).item != null) == adds) {
          to++;
        }
        together(editor, changes.subList(from, to));
      }
      written.run();
      long items = editor.now().size();
      for (Change change : changes) {
        if (change.failure == null) {
          change.outcome = new Outcome(change.done, items);
        }
      }
    } catch (IOException e) {
      fail(changes, new UncheckedIOException(e));
    } catch (RuntimeException e) {
      fail(changes, e);
    } finally { // an error is its thread's; others must not wait for ever
      fail(changes, new IllegalStateException("the commit did not end"));
    }
  }

  private static void fail(List<Change> changes, RuntimeException e) {
    changes.stream().filter(change -> !change.isOver()).forEach(change -> change.failure = e);
  }

  /** Changes of one kind; where they cannot be made together, each by itself. */
  private static void together(IndexEditor editor, List<Change> some) {
    try {
      apply(editor, some);
    } catch (IOException | RuntimeException e) {
      for (Change one : some) {
        try {
          apply(editor, List.of(one));
        } catch (IOException failure) {
          one.failure = new UncheckedIOException(failure);
        } catch (RuntimeException failure) {
          one.failure = failure;
        }
      }
    }
  }

  private static void apply(IndexEditor editor, List<Change> some) throws IOException {
    Set<String> there = new HashSet<>();
    for (Change change : some) {
      if (editor.now().find(change.id).isPresent()) {
        there.add(change.id);
      }
    }
    List<Item> items = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (Change change : some) {
      if (change.item == null) {
        ids.add(change.id);
      } else {
        items.add(change.item);
      }
    }
    if (items.isEmpty()) {
      editor.remove(ids);
    } else {
      editor.add(items);
    }
    for (Change change : some) {
      if (change.item == null) {
        change.done = new IndexEditor.Done(0, 0, there.remove(change.id) ? 1 : 0);
      } else {
        boolean fresh = there.add(change.id);
        change.done = new IndexEditor.Done(fresh ? 1 : 0, fresh ? 0 : 1, 0);
      }
    }
  }

  /**
   * Waits for whoever writes now.
   *
   * @throws Refused with 503 where that takes long
   */
  private IndexEditor editor() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<IndexEditor> free = IndexEditor.tryOpen(index);
      if (free.isPresent()) {
        return free.get();
      }
      if (System.nanoTime() > end) {
        throw new Refused(503, "the index is being written: try again");
      }
      try {
        Thread.sleep(LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Refused(503, "the server ends");
      }
    }
  }
}
