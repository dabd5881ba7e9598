package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs appear whole or not at all. */
class OutputsTest {
  @TempDir Path folder;

  @Test
  void aFolderThatFailsLeavesTheOldOneAndNoRest() throws IOException {
    Path out = folder.resolve("model");
    Outputs.folder(out, fresh -> Files.writeString(fresh.resolve("a"), "old"));
    assertThatThrownBy(() ->
            Outputs.folder(
                out,
                fresh -> {
                  Files.writeString(fresh.resolve("a"), "new");
                  throw new IOException("disk full");
                }))
        .hasMessage("disk full");
    assertThat(out.resolve("a")).hasContent("old");
    assertThat(names()).containsExactly("model");
    Outputs.folder(out, fresh -> Files.writeString(fresh.resolve("b"), "new"));
    assertThat(out.resolve("a")).doesNotExist();
    assertThat(names()).containsExactly("model");
  }

  @Test
  void outputsHaveTheUsersPermissions() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileStore(folder).supportsFileAttributeView("posix"),
        "a system with POSIX permissions");
    Path plain = Files.createFile(folder.resolve("plain"));
    Path plainFolder = Files.createDirectory(folder.resolve("plain-folder"));
    Outputs.file(folder.resolve("file"), "x".getBytes(StandardCharsets.UTF_8));
    Outputs.folder(folder.resolve("made"), fresh -> Files.writeString(fresh.resolve("a"), "a"));
    assertThat(permissions(folder.resolve("file"))).isEqualTo(permissions(plain));
    assertThat(permissions(folder.resolve("made"))).isEqualTo(permissions(plainFolder));
  }

  @Test
  void nothingIsOverwrittenUnasked() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    assertThatThrownBy(() -> Outputs.refuseExisting(out, false))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--force");
    Outputs.refuseExisting(out, true);
    assertThat(Outputs.nextFree(out)).isEqualTo(folder.resolve("out-2"));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private String[] names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toArray(String[]::new);
    }
  }
}
