package dev.filip.download;

import dev.filip.io.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Rows in work, a virtual thread each, as many as wait at their hosts without holding others up;
 * the last row of a shard writes it. What goes wrong with a disk ends all. Given rows by one
 * thread.
 */
final class Crew implements AutoCloseable {
  /** Rows that wait or are in work, for each request in flight. */
  private static final int WAITING = 16;

  private static final int LEAST_WAITING = 2048;

  /** Shards in work at once: their rows are held. */
  private static final int SHARDS = 8;

  private final Path folder;
  private final Path scratch;
  private final Progress progress;
  private final Semaphore window;
  private final Semaphore jobs = new Semaphore(SHARDS);
  private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong tried = new AtomicLong();
  private final AtomicLong saved = new AtomicLong();
  private final long started = System.nanoTime();
  private volatile boolean stopped;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("filip-download-", 0).factory());

  /**
   * A crew.
   *
   * @param folder for shards that are whole
   * @param scratch for what is not yet
   * @param requests in flight at most
   */
  Crew(Path folder, Path scratch, int requests, Progress progress) {
    this.folder = folder;
    this.scratch = scratch;
    this.progress = progress;
    this.window = new Semaphore(Math.max(LEAST_WAITING, WAITING * requests));
  }

  /** What a row does. */
  interface Work {
    RowWork.Done run() throws InterruptedException;
  }

  /** Makes a shard. */
  interface Maker {
    ShardJob make(Path scratch) throws IOException;
  }

  /** Begins a shard, when there is room for one more. */
  ShardJob begin(Maker maker) throws IOException {
    acquire(jobs);
    return maker.make(scratch);
  }

  /** Counts rows that are done already. */
  void skip(int rows) {
    done.addAndGet(rows);
  }

  /** Takes a row of a shard. */
  void submit(ShardJob job, int index, Work work) throws IOException {
    acquire(window);
    execute(() -> {
      try {
        run(job, index, work);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // another row failed: all end
      } catch (Throwable e) { // whatever it is, nobody else would hear of it
        fail(e);
      } finally {
        window.release();
      }
    });
  }

  private void execute(Runnable row) throws IOException {
    try {
      threads.execute(row);
    } catch (RejectedExecutionException e) {
      check();
      throw e;
    }
  }

  private void run(ShardJob job, int index, Work work) throws InterruptedException, IOException {
    RowWork.Done row = work.run();
    if (stopped) {
      return; // what an interrupted row says is not true
    }
    boolean last = job.done(index, row.outcome(), row.image());
    if (row.outcome().status() != Outcome.Status.DUPLICATE) {
      tried.incrementAndGet();
      saved.addAndGet(row.image() == null ? 0 : 1);
    }
    progress.to(done.incrementAndGet(), note());
    if (last) {
      job.write(folder, scratch);
      job.close();
      jobs.release();
    }
  }

  private String note() {
    double seconds = Math.max(1e-3, (System.nanoTime() - started) / 1e9);
    long all = Math.max(1, tried.get());
    return String.format(
        Locale.ROOT,
        "%.0f images/s, %.0f %% saved",
        saved.get() / seconds,
        100.0 * saved.get() / all);
  }

  private void fail(Throwable e) {
    if (failed.compareAndSet(null, e)) {
      stopped = true;
      threads.shutdownNow();
    }
    jobs.release(); // whoever waits for room is to see it
  }

  private void acquire(Semaphore semaphore) throws IOException {
    check();
    try {
      semaphore.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    check();
  }

  private void check() throws IOException {
    switch (failed.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Waits for all rows. */
  void await() throws IOException {
    threads.shutdown();
    try {
      while (!threads.awaitTermination(1, TimeUnit.HOURS)) {
        check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    check();
  }

  @Override
  public void close() {
    stopped = true;
    threads.shutdownNow();
    threads.close();
  }
}
