package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What killed processes leave goes; what others are writing stays. */
class LeftoversTest {
  /** More than any system numbers. */
  private static final String NOBODY = "3fffffffffffff";

  @TempDir Path folder;

  private Path left(String name) throws IOException {
    Path left = Files.createDirectories(folder.resolve(name));
    Files.writeString(left.resolve("half"), "written");
    return left;
  }

  private List<String> clear() throws IOException {
    return Leftovers.clear(folder, name -> name.matches("model|step-[0-9]+")).stream()
        .map(path -> path.getFileName().toString())
        .toList();
  }

  private String[] names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toArray(String[]::new);
    }
  }

  @Test
  void onlyOurOutputsLeftoversGo() throws IOException {
    String step = left(".step-000020.tmp-" + NOBODY + "-1a2b").getFileName().toString();
    Files.writeString(folder.resolve(".model.tmp-" + NOBODY + "-ffffffffffffffff"), "a file");
    left(".other.tmp-" + NOBODY + "-1a2b");
    left(".step-000020.tmp-x");
    left("step-000010");
    assertThat(clear()).containsExactly(".model.tmp-" + NOBODY + "-ffffffffffffffff", step);
    assertThat(names())
        .containsExactly(".other.tmp-" + NOBODY + "-1a2b", ".step-000020.tmp-x", "step-000010");
    assertThat(Leftovers.clear(folder.resolve("none"), _ -> true)).isEmpty();
  }

  @Test
  void whatALivingProcessWritesStaysUnlessItsNumberIsUsedAgain() throws Exception {
    Process other =
        new ProcessBuilder(OwnJava.command(List.of(), Sleeper.class.getName(), List.of())).start();
    try {
      Path theirs = left(".model.tmp-" + Long.toHexString(other.pid()) + "-1a2b");
      assertThat(clear()).isEmpty();
      Files.setLastModifiedTime(theirs, FileTime.from(Instant.now().minusSeconds(3600)));
      assertThat(clear()).hasSize(1);
      left(theirs.getFileName().toString());
      other.destroyForcibly().waitFor();
      assertThat(clear()).hasSize(1);
    } finally {
      other.destroyForcibly();
    }
  }

  /** Waits to be killed. */
  static final class Sleeper {
    public static void main(String[] arguments) throws InterruptedException {
      Thread.sleep(60_000);
    }
  }

  /** In a container a process has the same number each time. */
  @Test
  void ownOutputsUnderWayStayThoseOfAnEarlierProcessGo() throws IOException {
    Outputs.folder(
        folder.resolve("model"),
        fresh -> {
          Files.writeString(fresh.resolve("a"), "a");
          assertThat(clear()).isEmpty();
        });
    String own = Long.toHexString(ProcessHandle.current().pid());
    left(".model.tmp-" + own + "-1");
    left(".model.tmp-" + own + "-" + Long.toHexString(System.nanoTime() + 1_000_000_000_000L));
    assertThat(clear()).hasSize(2);
    assertThat(names()).containsExactly("model");
  }

  /** A kill between the two renames of a replacement; and one after both. */
  @Test
  void anOutputThatWasBeingReplacedIsPutBack() throws IOException {
    String name = ".model.old-" + NOBODY + "-1a2b";
    left(name + "/it");
    left(".model.tmp-" + NOBODY + "-1a2c");
    assertThat(clear()).hasSize(2);
    assertThat(names()).containsExactly("model");
    assertThat(folder.resolve("model/half")).hasContent("written");
    Files.writeString(left(name + "/it").resolve("half"), "older");
    assertThat(clear()).hasSize(1);
    assertThat(names()).containsExactly("model");
    assertThat(folder.resolve("model/half")).hasContent("written");
  }
}
