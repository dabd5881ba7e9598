package dev.filip.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;

class RetryTest {
  private static final Retry RETRY = new Retry(3, Duration.ofMillis(100), Duration.ofSeconds(1));

  @Test
  void pausesDoubleToABoundAndAreShortenedByHalfAtMost() {
    assertThat(RETRY.pause(1, null, 0)).isEqualTo(Duration.ofMillis(100));
    assertThat(RETRY.pause(2, null, 0)).isEqualTo(Duration.ofMillis(200));
    assertThat(RETRY.pause(2, null, 0.5)).isEqualTo(Duration.ofMillis(150));
    assertThat(RETRY.pause(70, null, 0)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void theServersPauseIsTheLeastWithinFiveMinutes() {
    assertThat(RETRY.pause(1, Duration.ofSeconds(7), 0)).isEqualTo(Duration.ofSeconds(7));
    assertThat(RETRY.pause(1, Duration.ofMillis(7), 0)).isEqualTo(Duration.ofMillis(100));
    assertThat(RETRY.pause(1, Duration.ofDays(7), 0)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void progressBeginsANewRow() throws IOException {
    Retry fast = new Retry(2, Duration.ZERO, Duration.ZERO);
    long[] bytes = {0};
    int[] runs = {0};
    Retry.Attempt<Integer> attempt =
        () -> {
          bytes[0] += 1 << 20;
          if (++runs[0] == 10) {
            return runs[0];
          }
          throw StoreFailure.passing("cut", null);
        };
    assertThat(fast.call("x", () -> bytes[0], attempt)).isEqualTo(10);
    runs[0] = 0;
    assertThatThrownBy(() -> fast.call("x", () -> 0, attempt))
        .isInstanceOf(UnreachableShard.class)
        .hasMessage("x: cut (2 tries)");
  }

  @Test
  void secondsAndDates() {
    assertThat(RetryAfter.of("120")).isEqualTo(Duration.ofSeconds(120));
    String date =
        ZonedDateTime.now(ZoneOffset.UTC)
            .plusSeconds(60)
            .format(DateTimeFormatter.RFC_1123_DATE_TIME);
    assertThat(RetryAfter.of(date)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
    assertThat(RetryAfter.of("Fri, 31 Dec 1999 23:59:59 GMT")).isEqualTo(Duration.ZERO);
    assertThat(RetryAfter.of("soon")).isNull();
  }
}
