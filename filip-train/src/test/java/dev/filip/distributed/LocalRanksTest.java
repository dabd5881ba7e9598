package dev.filip.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.OwnJava;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is blamed when ranks end, each of which does as it is told. */
class LocalRanksTest {
  private static final String LOST = "lost"; // says much, then that another is lost

  /** A rank: does the word of its number. */
  static final class Child {
    public static void main(String[] words) throws InterruptedException {
      String word = words[Integer.parseInt(System.getenv("RANK"))];
      switch (word) {
        case LOST -> {
          System.err.println("a long log\n".repeat(10_000));
          System.err.println("filip: " + LostPeer.PREFIX + "its connection is closed");
          System.exit(1);
        }
        case "late" -> { // a victim, but not the first to end
          Thread.sleep(400);
          System.err.println("filip: " + LostPeer.PREFIX + "its connection is closed");
          System.exit(1);
        }
        case "hangs" -> Thread.sleep(60_000);
        case "killed" -> {
          Thread.sleep(300);
          Runtime.getRuntime().halt(128 + 9);
        }
        case "refuses" -> {
          Thread.sleep(300);
          System.err.println("filip: batch must be another");
          System.exit(2);
        }
        case "fails" -> {
          System.err.println("filip: cannot read shard 7");
          System.exit(1);
        }
        default -> System.err.println("done");
      }
    }
  }

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private LocalRanks.Ended run(Duration patience, String... words) throws IOException {
    List<String> command = OwnJava.command(List.of(), Child.class.getName(), List.of(words));
    PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new LocalRanks(command, err, patience).run(words.length);
  }

  private LocalRanks.Ended run(String... words) throws IOException {
    return run(Duration.ofSeconds(30), words);
  }

  @Test
  void allDone() throws IOException {
    assertThat(run("done", "done")).isEqualTo(new LocalRanks.Ended(0, ""));
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("[rank 1] done");
  }

  /** What a rank says last counts, however much it said before. */
  @Test
  void aRankThatLostAnotherIsNotBlamedThoughItEndsFirst() throws IOException {
    assertThat(run(LOST, "killed"))
        .isEqualTo(new LocalRanks.Ended(1, "rank 1 was ended by signal 9; all ranks have ended"));
    assertThat(said.size()).isGreaterThan(100_000); // all of it was passed on
    assertThat(run(LOST, "late", "refuses"))
        .isEqualTo(new LocalRanks.Ended(2, "rank 2 ended with exit code 2; all ranks have ended"));
  }

  @Test
  void aRankThatIsKilledFromHereIsNotBlamedForIt() throws IOException {
    assertThat(run(Duration.ofSeconds(2), "hangs", "fails"))
        .isEqualTo(new LocalRanks.Ended(1, "rank 1 ended with exit code 1; all ranks have ended"));
  }

  @Test
  void aRankThatHangsIsNamedWhereTheOthersOnlyMissedIt() throws IOException {
    assertThat(run(Duration.ofSeconds(2), LOST, "hangs"))
        .isEqualTo(
            new LocalRanks.Ended(1, "rank 1 did not answer and was killed; all ranks have ended"));
  }
}
