package dev.filip.kernel;

import dev.filip.io.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A few named daemon threads of our own. Tasks are handed out one by one, so which thread runs a
 * task is chance: a task must own its outputs.
 */
final class Workers implements AutoCloseable {
  /** One task on one worker; {@code worker} chooses its scratch. */
  interface Body {
    void run(int worker, int task);
  }

  private final int threads;
  private final ExecutorService executor;

  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    this.threads = threads;
    AtomicInteger number = new AtomicInteger();
    executor =
        Executors.newCachedThreadPool(body -> {
          Thread thread = new Thread(body, "filip-kernel-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  int threads() {
    return threads;
  }

  /**
   * Runs all tasks, the caller working along; an exception of a task is thrown here, when no thread
   * works on any of them any more.
   */
  void forEach(int tasks, Body body) {
    AtomicInteger next = new AtomicInteger();
    int helpers = Math.min(threads, tasks) - 1;
    List<Future<?>> running = new ArrayList<>();
    for (int h = 1; h <= helpers; h++) {
      int worker = h;
      running.add(executor.submit(() -> drain(worker, tasks, next, body)));
    }
    var own = new FutureTask<>(Executors.callable(() -> drain(0, tasks, next, body)));
    own.run();
    next.set(tasks); // where it failed, nothing new is begun
    running.addFirst(own);
    Tasks.await(running);
  }

  private static void drain(int worker, int tasks, AtomicInteger next, Body body) {
    for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
      body.run(worker, task);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
