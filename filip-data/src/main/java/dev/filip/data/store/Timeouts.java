package dev.filip.data.store;

import dev.filip.io.BadInput;
import java.time.Duration;

/**
 * How long a store waits for the other side.
 *
 * @param connect until a connection stands
 * @param answer until the answer begins, and between any two of its bytes
 */
public record Timeouts(Duration connect, Duration answer) {
  /** 10 s and 60 s. */
  public static final Timeouts STANDARD =
      new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(60));

  /** Both above zero. */
  public Timeouts {
    BadInput.require(connect.toMillis() > 0, "timeouts.connect", connect, "at least 1 ms");
    BadInput.require(answer.toMillis() > 0, "timeouts.answer", answer, "at least 1 ms");
  }

  /** {@code 60 s} or {@code 0.3 s}. */
  static String seconds(Duration time) {
    long millis = time.toMillis();
    return (millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0))
        + " s";
  }
}
