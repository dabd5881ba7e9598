package dev.filip;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Lets users of a model in until it is closed, and closes it when the last has left, so that no
 * weights are freed beneath a running computation. Thread-safe.
 */
final class Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final String name;
  private boolean closed;

  /**
   * @param name of what is used, for the message
   */
  Gate(String name) {
    this.name = name;
  }

  /**
   * Runs {@code work} while nothing can be closed.
   *
   * @throws IllegalStateException after closing
   */
  <T> T use(Supplier<T> work) {
    Lock users = lock.readLock();
    users.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model " + name + " is closed");
      }
      return work.get();
    } finally {
      users.unlock();
    }
  }

  /** Waits for all users, then runs {@code work}, the first time; later ones get in no more. */
  void close(Runnable work) {
    Lock alone = lock.writeLock();
    alone.lock();
    try {
      if (!closed) {
        closed = true;
        work.run();
      }
    } finally {
      alone.unlock();
    }
  }
}
