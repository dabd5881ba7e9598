package dev.filip.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.filip.io.OwnJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes fail for real: a file may not grow, a disk is full, a folder cannot be written. What was
 * acknowledged stays, and writing goes on when the fault is gone.
 */
@DisabledOnOs(OS.WINDOWS)
class FaultTest {
  /** Blocks of 512 bytes, or of 1,024: what is first written fits, {@code many} does not. */
  private static final String LIMIT = "ulimit -f 256; exec \"$@\"";

  private static final String SMALL_DISK = "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"";

  private static final String READ_ONLY =
      "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";

  @TempDir Path temp;

  private static List<String> shell(String script, String name, List<String> command) {
    List<String> all = new ArrayList<>(List.of("sh", "-c", script, name));
    all.addAll(command);
    return all;
  }

  /** In a mount table of its own, as root or as a root of its own; skipped where neither is let. */
  private List<String> mounting(String script, Path folder, List<String> command) throws Exception {
    List<String> with = List.of();
    for (List<String> way : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> probe = new ArrayList<>(way);
      probe.addAll(shell(script, folder.toString(), List.of("true")));
      if (with.isEmpty() && succeeds(probe)) {
        with = way;
      }
    }
    assumeTrue(!with.isEmpty(), "no file system may be mounted here");
    List<String> all = new ArrayList<>(with);
    all.addAll(shell(script, folder.toString(), command));
    return all;
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private static List<String> lines(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).as(lines.toString()).isZero();
    return lines;
  }

  private static List<String> java(Class<?> main, Object... arguments) {
    List<String> flags = List.of("-XX:-UsePerfData");
    List<String> words = java.util.Arrays.stream(arguments).map(Object::toString).toList();
    return OwnJava.command(flags, main.getName(), words);
  }

  @Test
  void whereAFileMayNotGrowNothingAcknowledgedIsLost() throws Exception {
    Path index = temp.resolve("index");
    assertThat(lines(shell(LIMIT, "sh", java(FaultyWriter.class, index))))
        .containsExactly(
            "first done",
            "many failed: file too large",
            "remove done",
            "merge done",
            "after done",
            "remove again done",
            "unfinished 0",
            "damage []",
            "found 41 of 41 in 41");
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("later-", 300));
      assertThat(editor.now().size()).isEqualTo(341);
    }
  }

  @Test
  void aFullDiskCostsNothingAcknowledged() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    List<String> java = java(FaultyWriter.class, disk.resolve("index"), disk.resolve("ballast"));
    assertThat(lines(mounting(SMALL_DISK, disk, java)))
        .containsExactly(
            "first done",
            "many failed: no space left on device",
            "remove failed: no space left on device",
            "merge done",
            "after done",
            "remove again done",
            "unfinished 0",
            "damage []",
            "found 42 of 42 in 42");
  }

  @Test
  void aFolderThatCannotBeWrittenIsSearched() throws Exception {
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 300)); // enough for codes
      editor.remove(List.of("a7"));
    }
    assertThat(lines(mounting(READ_ONLY, index, java(Reader.class, index))))
        .containsExactly("299 [a0]", "read-only file system");
  }

  /** Searches, then tries to write. */
  static final class Reader {
    private Reader() {}

    /**
     * @param arguments the index
     */
    public static void main(String[] arguments) throws IOException {
      Path index = Path.of(arguments[0]);
      try (Snapshot now = Snapshot.open(index)) {
        float[] rows = now.find("a0").orElseThrow().rows();
        SearchQuery query = SearchQuery.image(Fixtures.ENCODER, rows, Fixtures.D);
        System.out.println(now.size() + " " + Fixtures.ids(now.search(query, 1, null)));
      }
      try (IndexEditor editor = IndexEditor.open(index)) {
        System.out.println("writes " + editor.now().size());
      } catch (IOException e) {
        System.out.println(dev.filip.io.Reasons.of(e));
      }
    }
  }
}
