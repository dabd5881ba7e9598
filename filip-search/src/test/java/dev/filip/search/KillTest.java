package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.OwnJava;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes is killed at any moment. */
class KillTest {
  @TempDir Path temp;

  @Test
  void whatWasAcknowledgedSurvivesAKill() throws Exception {
    kills(5);
  }

  @Test
  @Tag("full")
  void whatWasAcknowledgedSurvives200Kills() throws Exception {
    kills(200);
  }

  private void kills(int times) throws Exception {
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
    Random random = new Random(4);
    int done = -1;
    for (int kill = 0; kill < times; kill++) {
      int said = writeAndKill(index, done + 1, random);
      done = check(index, said);
    }
  }

  /** The last operation that it said was done. */
  private static int writeAndKill(Path index, int from, Random random) throws Exception {
    Process process =
        new ProcessBuilder(
                OwnJava.command(
                    List.of(), KilledWriter.class.getName(), List.of(index.toString(), from + "")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int said = from - 1;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int until = from + random.nextInt(12);
      while (said < until) {
        said = Integer.parseInt(lines.readLine());
      }
      Thread.sleep(random.nextInt(60));
      process.toHandle().destroyForcibly(); // the process's own would close the stream
      process.waitFor();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said = Integer.parseInt(line);
      }
    }
    return said;
  }

  /** The last operation whose items are there. */
  private static int check(Path index, int said) throws IOException {
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    try (Snapshot snapshot = Snapshot.open(index)) {
      int done =
          snapshot
              .find(KilledWriter.MARKER)
              .orElseThrow()
              .about()
              .metadata()
              .path("operation")
              .asInt();
      assertThat(done).as("of what was said").isBetween(said, said + 1);
      long expected = 1;
      for (int i = 0; i <= done; i++) {
        for (int k = 0; k < KilledWriter.EACH; k++) {
          String id = i + "-" + k;
          boolean gone = k == 0 && i % 3 == 0 && i + 2 <= done;
          boolean maybe = k == 0 && i % 3 == 0 && i + 2 == done + 1; // being done when killed
          boolean there = snapshot.find(id).isPresent();
          if (!maybe) {
            assertThat(there).as(id).isEqualTo(!gone);
          }
          expected += there ? 1 : 0;
        }
      }
      assertThat(snapshot.size()).isEqualTo(expected);
      return done;
    }
  }
}
