package dev.filip.data;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that read, decode and prepare data ahead of whoever uses them: training, evaluation,
 * encoding. What is taken comes in the order in which it was asked for, so neither the number of
 * threads nor their speed changes a result. A datum that cannot be used is counted by its reason
 * ({@link #skipped}). Whoever asks bounds what lies ahead. Used by one thread.
 */
public final class Loader implements AutoCloseable {
  /** Reads one datum on a worker thread. */
  public interface Reading<T> {
    /**
     * Reads it.
     *
     * @throws UnreadableSample where it cannot be used, with a reason that can be counted
     */
    T read() throws IOException;
  }

  /** Names the reading of a datum. */
  public interface Reader<K, T> {
    /** Reads the datum of this key. */
    T read(K key) throws IOException;
  }

  /** Uses a datum. */
  public interface Taker<K, T> {
    /** Takes it; null where it cannot be used. */
    void take(K key, @Nullable T value) throws IOException;
  }

  private final ExecutorService workers;
  private final SkippedSamples skipped;

  /** Starts the threads. */
  public Loader(int workers, FailureRules rules) {
    this.skipped = new SkippedSamples(rules);
    this.workers = Executors.newFixedThreadPool(workers, named("filip-data-"));
  }

  static ThreadFactory named(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** What could not be used so far. */
  public SkippedSamples skipped() {
    return skipped;
  }

  /** Begins to read; what it does about a datum that cannot be used is the task's. */
  <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
    return workers.submit(task);
  }

  /**
   * Waits for what was begun.
   *
   * @throws DataStopped when too much cannot be used
   */
  <R extends @Nullable Object> R await(Future<R> begun) {
    R read = finished(begun);
    skipped.requireGoing();
    return read;
  }

  static <R extends @Nullable Object> R finished(Future<R> begun) {
    try {
      return begun.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case DataStopped stopped -> throw stopped;
        case BadInput bad -> throw bad;
        case UncheckedIOException io -> throw io;
        case null, default -> {}
      }
      throw new IllegalStateException("a data worker failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for data", e);
    }
  }

  /**
   * Reads everything once, in order.
   *
   * @param ahead at most so many data are read and not yet taken
   * @throws DataStopped when too much cannot be used
   */
  public <K, T> void each(Iterator<K> order, int ahead, Reader<K, T> reader, Taker<K, T> taker)
      throws IOException {
    Deque<K> keys = new ArrayDeque<>();
    Deque<Future<@Nullable T>> begun = new ArrayDeque<>();
    while (order.hasNext() || !begun.isEmpty()) {
      while (order.hasNext() && begun.size() < ahead) {
        K key = order.next();
        keys.addLast(key);
        begun.addLast(submit(() -> skipped.attempt(String.valueOf(key), () -> reader.read(key))));
      }
      taker.take(keys.removeFirst(), await(begun.removeFirst()));
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    workers.shutdownNow();
  }
}
