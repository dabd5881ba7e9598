package dev.filip.http;

import java.util.concurrent.Semaphore;

/**
 * Places of requests that are worked on at once. One that finds none is told to come again.
 * Pictures, which wait for the image tower, have three quarters of them at most, so that words find
 * one. Thread-safe.
 */
final class Places {
  private final int count;
  private final int most;
  private final Semaphore free;
  private final Semaphore ofPictures;

  Places(int count) {
    this.count = count;
    most = Math.ceilDiv(3 * count, 4);
    free = new Semaphore(count);
    ofPictures = new Semaphore(most);
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

  /**
   * Takes one for a picture.
   *
   * @throws Refused with 503 where all that pictures may have are taken
   */
  Place takeForPicture() {
    if (!ofPictures.tryAcquire()) {
      throw new Refused(503, "all " + most + " places for pictures are taken: try again");
    }
    try {
      Place place = take();
      return () -> {
        place.close();
        ofPictures.release();
      };
    } catch (Refused e) {
      ofPictures.release();
      throw e;
    }
  }
}
