package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** {@code --device} of commands that encode, on a machine whose libtorch finds no GPU. */
@DisabledIfEnvironmentVariable(named = "FILIP_GPU", matches = "1")
class DeviceOptionTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static String similarity(int code, String... more) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream before = System.err;
    String[] words = {
      "similarity",
      ROOT.resolve("models/collages-late").toString(),
      "--image",
      ROOT.resolve("docs/images/collage.png").toString(),
      "--text",
      "a shark"
    };
    String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    try {
      System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
      assertThat(Main.run(all)).isEqualTo(code);
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aGpuThatIsNotThereIsSaidInOneLine() {
    String said = similarity(2, "--device", "cuda");
    assertThat(said.strip().lines()).hasSize(1);
    assertThat(said).contains("device").contains("no GPU answers");
  }

  @Test
  void autoTakesTheCpuThenAndSaysSo() {
    assertThat(similarity(0, "--device", "auto")).contains("device cpu");
    assertThat(similarity(0, "--device", "cpu")).doesNotContain("device");
    assertThat(similarity(2, "--device", "gpu")).contains("--device");
  }
}
