package dev.filip.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class FingerprintCacheTest {
  @TempDir Path temp;
  private int read;

  private Path folder() {
    return temp.resolve("cache").resolve("fingerprints");
  }

  private String ask(@Nullable FileState state, String head) {
    return new FingerprintCache(folder()).of(state, head, () -> "f" + ++read);
  }

  /** A file of the state that it would have if its last change were an hour ago. */
  private static FileState old(Path file) {
    FileState now = state(file);
    FileTime then = FileTime.from(Instant.now().minusSeconds(3600));
    return new FileState(now.path(), now.device(), now.inode(), now.size(), then, then);
  }

  private static FileState state(Path file) {
    FileState state = FileState.of(file);
    assertThat(state).isNotNull();
    return state == null ? old(file) : state;
  }

  private Path weights(String text) throws IOException {
    return Files.writeString(temp.resolve("weights"), text);
  }

  /** Weights that came long ago; those of the machine that were there before the test. */
  private static Path settled() {
    return Path.of(System.getProperty("java.home"), "lib", "modules");
  }

  @Test
  void weightsAreReadOnceWhileTheyStay() throws IOException {
    Path there = settled();
    assertThat(ask(state(there), "config")).isEqualTo("f1");
    assertThat(ask(state(there), "config")).isEqualTo("f1");
    assertThat(ask(state(there), "another config")).isEqualTo("f2");
    assertThat(ask(state(there), "config")).isEqualTo("f1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
        .isEqualTo("rwx------");
  }

  /** A change might come within the same tick of the file system's clock, and not show. */
  @Test
  void whatHasJustChangedIsNotKept() throws IOException {
    Path weights = weights("a");
    assertThat(ask(state(weights), "config")).isEqualTo("f1");
    assertThat(ask(state(weights), "config")).isEqualTo("f2");
    assertThat(folder()).doesNotExist();
    assertThat(old(weights).isSettled(Instant.now())).isTrue();
  }

  @Test
  void anyOtherStateIsAnotherFile() {
    FileState s = state(settled());
    ask(s, "config");
    FileTime later = FileTime.from(s.changed().toInstant().plusNanos(1000));
    for (FileState other :
        List.of(
            new FileState(temp, s.device(), s.inode(), s.size(), s.modified(), s.changed()),
            new FileState(s.path(), 7, s.inode(), s.size(), s.modified(), s.changed()),
            new FileState(s.path(), s.device(), 7, s.size(), s.modified(), s.changed()),
            new FileState(s.path(), s.device(), s.inode(), 7, s.modified(), s.changed()),
            new FileState(s.path(), s.device(), s.inode(), s.size(), later, s.changed()),
            new FileState(s.path(), s.device(), s.inode(), s.size(), s.modified(), later))) {
      assertThat(ask(other, "config")).as(other.toString()).isNotEqualTo("f1");
    }
    assertThat(ask(s, "config")).isEqualTo("f1");
  }

  /** The same size, and its old time put back: what no program can set tells. */
  @Test
  void weightsWrittenAgainWithTheirOldTimeAreOthers() throws Exception {
    Path weights = weights("a");
    FileTime time = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    Files.setLastModifiedTime(weights, time);
    FileState first = state(weights);
    Thread.sleep(20);
    weights("b");
    Files.setLastModifiedTime(weights, time);
    assertThat(state(weights).modified()).isEqualTo(first.modified());
    assertThat(state(weights).size()).isEqualTo(first.size());
    assertThat(state(weights)).isNotEqualTo(first);
    Path copy = temp.resolve("copy");
    Files.copy(weights, copy, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, weights, StandardCopyOption.REPLACE_EXISTING);
    assertThat(state(weights)).isNotEqualTo(first);
  }

  @Test
  void aDamagedOrForeignEntryIsNotTaken() throws IOException {
    FileState there = state(settled());
    ask(there, "config");
    Path entry;
    try (Stream<Path> files = Files.list(folder())) {
      entry = files.findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(entry);
    for (int at = 0; at < whole.length; at += 7) {
      byte[] other = whole.clone();
      other[at] ^= 1;
      Files.write(entry, other);
      assertThat(ask(there, "config")).as("byte " + at).isNotEqualTo("f1");
    }
    Files.write(entry, whole);
    assertThat(ask(there, "config")).isEqualTo("f1");
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(ask(there, "config")).isNotEqualTo("f1");
  }

  @Test
  void aFolderThatCannotBeMadeIsNoFailure() throws IOException {
    Files.writeString(temp.resolve("cache"), "a file");
    assertThat(ask(state(settled()), "config")).isEqualTo("f1");
    assertThat(ask(state(settled()), "config")).isEqualTo("f2");
    assertThat(ask(null, "config")).isEqualTo("f3");
  }
}
