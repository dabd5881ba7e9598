package dev.filip.http;

import java.util.concurrent.Semaphore;

/**
 * Places of requests that are worked on at once. One that finds none is told to come again.
 * Thread-safe.
 */
final class Places {
  private final int count;
  private final Semaphore free;

  Places(int count) {
    this.count = count;
    free = new Semaphore(count);
  }

  /** A place, until it is closed. */
  interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes one.
   *
   * @throws Refused with 503 where all are taken
   */
  Place take() {
    if (!free.tryAcquire()) {
      throw new Refused(503, "all " + count + " places are taken: try again");
    }
    return free::release;
  }
}
