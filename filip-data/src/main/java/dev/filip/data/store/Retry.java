package dev.filip.data.store;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries again what may pass: pauses that double, each shortened at random by up to a half so that
 * many processes do not come back at once, and never shorter than the server asks. Thread-safe.
 *
 * @param tries the most failures in a row; a try that brought a mebibyte begins a new row
 * @param firstPause after the first failure
 * @param longestPause no pause is longer unless the server asks for it
 */
public record Retry(int tries, Duration firstPause, Duration longestPause) {
  /** 8 tries, pauses of 0.5 s to 30 s: about a minute. */
  public static final Retry STANDARD = new Retry(8, Duration.ofMillis(500), Duration.ofSeconds(30));

  /** A server that asks for more is asked again after this time all the same. */
  private static final Duration MOST_ASKED = Duration.ofMinutes(5);

  private static final long PROGRESS = 1 << 20;

  /** At least one try. */
  public Retry {
    BadInput.require(tries > 0, "retry.tries", tries, "> 0");
    BadInput.require(!firstPause.isNegative(), "retry.firstPause", firstPause, ">= 0");
    BadInput.require(
        longestPause.compareTo(firstPause) >= 0,
        "retry.longestPause",
        longestPause,
        "at least the first");
  }

  /** One try. */
  public interface Attempt<T> {
    T run() throws IOException;
  }

  /**
   * Runs the attempt until it succeeds or nothing is left to hope for.
   *
   * @param progress bytes that the attempts have brought so far
   * @throws UnreachableShard with the last {@link StoreFailure} as its cause
   * @throws StoreFailure of kind {@code CHANGED}: the caller asks for the new object
   */
  public <T> T call(String location, LongSupplier progress, Attempt<T> attempt) throws IOException {
    int row = 0;
    for (int count = 1; ; count++) {
      long before = progress.getAsLong();
      try {
        return attempt.run();
      } catch (StoreFailure e) {
        if (e.kind() == StoreFailure.Kind.CHANGED) {
          throw e;
        }
        row = progress.getAsLong() - before >= PROGRESS ? 1 : row + 1;
        if (e.kind() != StoreFailure.Kind.PASSING || row >= tries) {
          throw new UnreachableShard(location, e.getMessage(), count, e);
        }
        sleep(pause(row, e.after(), ThreadLocalRandom.current().nextDouble()));
      }
    }
  }

  /**
   * The pause after a failure.
   *
   * @param row which failure in a row, from 1
   * @param asked what the server asks for
   * @param random in [0, 1)
   */
  Duration pause(int row, @Nullable Duration asked, double random) {
    double doubled = firstPause.toMillis() * Math.pow(2, Math.min(row - 1, 40));
    long own = Math.round(Math.min(doubled, longestPause.toMillis()) * (1 - random / 2));
    long least = asked == null ? 0 : Math.min(asked.toMillis(), MOST_ASKED.toMillis());
    return Duration.ofMillis(Math.max(own, least));
  }

  static void sleep(Duration time) throws InterruptedIOException {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a store");
    }
  }
}
