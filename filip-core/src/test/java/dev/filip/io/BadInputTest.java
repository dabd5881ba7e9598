package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BadInputTest {
  @Test
  void othersTextNeverMakesASecondLine() {
    assertThat(BadInput.of("column", "a\r\nb\u0000\u001b[31m\tc é", "known"))
        .hasMessage("column must be known, got a\\r\\nb\\u0000\\u001b[31m\tc é");
    assertThat(new BadInput("two\nlines", new IllegalStateException()))
        .hasMessage("two\\nlines")
        .hasCauseInstanceOf(IllegalStateException.class);
  }
}
