package dev.filip.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MutationsTest {
  private static final byte[] TEXT = "{\"a\": 12, \"b\": [3, 4]}".getBytes(StandardCharsets.UTF_8);

  private static Mutations some() {
    return Mutations.of("some", List.of(TEXT)).refusing(IOException.class);
  }

  /** Refuses what is not the input. */
  private static void strict(byte[] input) throws IOException {
    if (!Arrays.equals(input, TEXT)) {
      throw new IOException("no");
    }
  }

  @Test
  void refusalsAndReadingAreFineAndRepeat() {
    AtomicInteger read = new AtomicInteger();
    some()
        .check(input -> {
          read.incrementAndGet();
          strict(input);
        });
    assertThat(read).hasValueGreaterThan(300);
    assertThat(some().damaged(17)).isEqualTo(some().damaged(17));
    assertThat(some().damaged(17)).isNotEqualTo(some().damaged(18));
    assertThat(some().damaged(17)).isNotEqualTo(Mutations.of("x", List.of(TEXT)).damaged(17));
  }

  @Test
  void otherExceptionsErrorsAndLinesFail() {
    for (Throwable bad :
        List.of(
            new IllegalStateException("no"),
            new StackOverflowError(),
            new IOException(),
            new IOException(" "),
            new IOException("two\nlines"))) {
      assertThatThrownBy(() ->
              some()
                  .check(input -> {
                    if (!Arrays.equals(input, TEXT)) {
                      sneak(bad);
                    }
                  }))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("some, round 0")
          .hasCause(bad);
    }
    assertThatThrownBy(() ->
            some()
                .check(_ -> {
                  throw new IOException("even the whole one");
                }))
        .hasMessageContaining("as it is");
  }

  private static void sneak(Throwable bad) throws Exception {
    if (bad instanceof Error error) {
      throw error;
    }
    throw (Exception) bad;
  }

  @Test
  void hangsAndGreedFail() {
    assertThatThrownBy(() -> some().within(1).check(_ -> Thread.sleep(60_000)))
        .hasMessageContaining("not read within 1 s");
    byte[][] kept = new byte[1][];
    assertThatThrownBy(() -> some().allocating(1 << 20).check(_ -> kept[0] = new byte[2 << 20]))
        .hasMessageContaining("bytes of memory");
    assertThat(kept[0]).hasSize(2 << 20);
  }
}
