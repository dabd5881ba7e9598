package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  @Test
  void aSecondRunOnAFolderGetsOneClearLine(@TempDir Path folder) {
    try (var _ = RunFolder.RunLock.take(folder)) {
      assertThatThrownBy(() -> RunFolder.RunLock.take(folder))
          .isInstanceOf(BadInput.class)
          .hasMessage(
              "output folder %s is in use by another run: wait for it, or give another", folder);
    }
    RunFolder.RunLock.take(folder).close();
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertThatThrownBy(() -> RunFolder.RunLock.take(file.resolve("out")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("output folder " + file.resolve("out") + " must be writable")
        .hasMessageNotContaining("\n");
  }
}
