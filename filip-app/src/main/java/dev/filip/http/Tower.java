package dev.filip.http;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets requests at the image tower one after another, in the order of coming: it uses all cores,
 * and pictures side by side would take longer together. Thread-safe.
 */
final class Tower {
  private final Semaphore free = new Semaphore(1, true);

  /**
   * Runs {@code work} when those before it are done.
   *
   * @throws Refused with 503 where that takes longer than {@code patience}, or the server ends
   */
  <T> T take(Duration patience, Supplier<T> work) {
    try {
      if (!free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new Refused(503, "pictures before this one take too long: try again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(503, "the server ends");
    }
    try {
      return work.get();
    } finally {
      free.release();
    }
  }
}
