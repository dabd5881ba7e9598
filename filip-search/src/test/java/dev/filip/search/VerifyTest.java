package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
  @TempDir Path temp;

  private Path made() throws IOException {
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 40));
      editor.add(List.of(Fixtures.item("b", Fixtures.json("{'tag': 'x', 'year': 2000}"))));
      editor.remove(List.of("a3"));
    }
    return index;
  }

  private static List<Path> files(Path index) throws IOException {
    try (Stream<Path> all = Files.walk(index)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith(IndexFiles.LOCK))
          .sorted()
          .toList();
    }
  }

  /** In every file, at its beginning, middle and end. */
  @Test
  void aFlippedByteIsFoundAndItsFileNamed() throws IOException {
    Path index = made();
    IndexFiles.Verified whole = IndexFiles.verify(index);
    assertThat(whole.damage()).isEmpty();
    List<Path> files = files(index);
    assertThat(whole.files()).as("all files are read").isEqualTo(files.size());
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      for (int at : new int[] {0, bytes.length / 2, bytes.length - 1}) {
        byte[] other = bytes.clone();
        other[at] ^= 4;
        Files.write(file, other);
        assertThat(IndexFiles.verify(index).damage())
            .as(file + " at " + at)
            .isNotEmpty()
            .first()
            .asString()
            .contains(file.getFileName().toString());
      }
      Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
      assertThat(IndexFiles.verify(index).damage()).as("cut " + file).isNotEmpty();
      Files.delete(file);
      assertThat(IndexFiles.verify(index).damage()).as("without " + file).isNotEmpty();
      Files.write(file, bytes);
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
  }

  @Test
  void aDamagedManifestIsNotPassedOver() throws IOException {
    Path index = made();
    try (Snapshot snapshot = Snapshot.open(index)) {
      Path manifest = snapshot.manifest().file(index);
      byte[] bytes = Files.readAllBytes(manifest);
      bytes[bytes.length / 2] ^= 1;
      Files.write(manifest, bytes);
    }
    assertThatThrownBy(() -> Snapshot.open(index))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is damaged: it is not as it was written");
    assertThatThrownBy(() -> IndexEditor.open(index)).isInstanceOf(BadInput.class);
    IndexEditorReopens.lockIsFree(index);
  }

  /** A refused writer lets go of the lock. */
  private static final class IndexEditorReopens {
    static void lockIsFree(Path index) throws IOException {
      try (var lock =
          java.nio.channels.FileChannel.open(
              index.resolve(IndexFiles.LOCK), java.nio.file.StandardOpenOption.WRITE)) {
        assertThat(lock.tryLock()).isNotNull();
      }
    }
  }
}
