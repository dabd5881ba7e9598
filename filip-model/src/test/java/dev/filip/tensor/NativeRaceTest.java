package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes on a cold cache of the real libraries: 435 MB each time, so only under -Pfull. */
@Tag("full")
class NativeRaceTest {
  @TempDir Path cache;

  /** The child: loads and computes. */
  public static final class Child {
    private Child() {}

    public static void main(String[] none) {
      Natives.load();
      try (var _ = new StepScope()) {
        Tensor four = torch.ones(2, 2).sum();
        Runtime.getRuntime().halt(four.item_float() == 4 ? 0 : 3);
      }
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dfilip.natives=" + cache,
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName())
        .inheritIO()
        .start();
  }

  @Test
  void processesThatRaceAndOneThatIsKilledBreakNothing() throws Exception {
    Process killed = start();
    for (int i = 0; i < 600 && unpackedBytes() < 50_000_000; i++) {
      Thread.sleep(50);
    }
    assertThat(killed.isAlive()).isTrue();
    killed.destroyForcibly().waitFor();

    List<Process> racing = List.of(start(), start());
    for (Process process : racing) {
      assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    Process warm = start();
    assertThat(warm.waitFor()).isZero();
  }

  private long unpackedBytes() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    } catch (java.io.UncheckedIOException e) {
      return 0; // a file was renamed while we looked
    }
  }
}
