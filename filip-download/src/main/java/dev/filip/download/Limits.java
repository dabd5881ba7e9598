package dev.filip.download;

import dev.filip.io.BadInput;
import java.time.Duration;

/**
 * What one answer may take. Immutable.
 *
 * @param connect until a connection stands
 * @param whole from the question to the last byte, each redirect for itself
 * @param leastSpeed bytes a second that a body must reach on average after {@link #patience}
 * @param patience how long a body may be slower
 * @param mostBytes of a body, packed or unpacked
 * @param mostPixels of a picture, by its header
 * @param redirects followed one after the other
 */
public record Limits(
    Duration connect,
    Duration whole,
    long leastSpeed,
    Duration patience,
    int mostBytes,
    long mostPixels,
    int redirects) {
  /** 10 s, 30 s, 1 KiB a second after 5 s, 32 MiB, 100 million pixels, 5 redirects. */
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          1 << 10,
          Duration.ofSeconds(5),
          32 << 20,
          100_000_000L,
          5);

  public Limits {
    BadInput.require(connect.toMillis() > 0, "--connect-timeout", connect, "above 0");
    BadInput.require(whole.toMillis() > 0, "--timeout", whole, "above 0");
    BadInput.require(leastSpeed >= 0, "--min-speed", leastSpeed, ">= 0");
    BadInput.require(
        mostBytes >= 1 << 10 && mostBytes <= 1 << 30,
        "--max-bytes",
        mostBytes,
        "in [1 KiB, 1 GiB]");
    BadInput.require(
        mostPixels > 0 && mostPixels <= Integer.MAX_VALUE / 4,
        "--max-pixels",
        mostPixels,
        "in [1, " + Integer.MAX_VALUE / 4 + "]");
    BadInput.require(redirects >= 0 && redirects <= 50, "--redirects", redirects, "in [0, 50]");
  }
}
