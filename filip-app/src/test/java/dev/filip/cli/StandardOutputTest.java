package dev.filip.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private boolean lost(OutputStream target) {
    StandardOutput out = new StandardOutput(target);
    PrintStream before = System.err;
    System.setErr(new PrintStream(said, true, UTF_8));
    try (PrintStream print = new PrintStream(out, true, UTF_8)) {
      print.println("a result");
      return out.lost();
    } finally {
      System.setErr(before);
    }
  }

  private static OutputStream failing(String why) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(why);
      }
    };
  }

  @Test
  void whatReachedItsReaderIsNotLost() {
    ByteArrayOutputStream reader = new ByteArrayOutputStream();
    assertThat(lost(reader)).isFalse();
    assertThat(reader.toString(UTF_8).strip()).isEqualTo("a result");
    assertThat(said.size()).isZero();
  }

  @Test
  void aFullDiskIsSaidInOneLine() {
    assertThat(lost(failing("No space left on device"))).isTrue();
    assertThat(said.toString(UTF_8).lines())
        .containsExactly("filip: standard output cannot be written: No space left on device");
  }

  @Test
  void aReaderThatHadEnoughIsNoFailure() {
    assertThat(lost(failing("Broken pipe"))).isFalse();
    assertThat(said.size()).isZero();
  }
}
