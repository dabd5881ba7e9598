package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
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
  void aFullDiskIsSaidWithThePlace() {
    Path out = folder.resolve("model");
    assertThatThrownBy(() ->
            Outputs.folder(
                out,
                _ -> {
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(java.nio.file.FileSystemException.class)
        .hasMessageContaining(out.toString());
    IOException other = new IOException("Connection reset");
    assertThat(Outputs.naming(out, other)).isSameAs(other);
    assertThat(out).doesNotExist();
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

  /** The JDK tells which files and folders a program forces to disk. */
  @Test
  void allOfAnOutputIsForcedToDiskAndItsNameToo() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileStore(folder).supportsFileAttributeView("posix"), "folders that open");
    Path out = folder.resolve("runs/one/model");
    List<String> forced = new ArrayList<>();
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold();
      recording.start();
      Outputs.folder(
          out,
          fresh -> {
            Files.writeString(fresh.resolve("config.json"), "{}");
            Files.createDirectories(fresh.resolve("deep/er"));
            Files.writeString(fresh.resolve("deep/er/vocab.json"), "{}");
          });
      Outputs.file(folder.resolve("ended.json"), new byte[3]);
      recording.stop();
      Path file = folder.resolve("forced.jfr");
      recording.dump(file);
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        Path path = Path.of(event.getString("path"));
        forced.add(
            folder.relativize(path).toString().replaceAll("\\.([a-z.]+)\\.tmp-[0-9a-f-]+", "*$1"));
      }
    }
    assertThat(forced)
        .startsWith("", "runs") // that they hold a new folder each
        .contains("runs/one/*model/config.json", "runs/one/*model/deep/er/vocab.json")
        .containsSubsequence(
            "runs/one/*model/deep/er/vocab.json",
            "runs/one/*model/deep/er",
            "runs/one/*model/deep",
            "runs/one/*model",
            "runs/one", // renamed
            "*ended.json",
            "");
  }

  @Test
  void whatIsRemovedIsOutOfSightAtOnce() throws IOException {
    Path tree = Files.createDirectories(folder.resolve("step-000001/model"));
    Files.writeString(tree.resolve("config.json"), "{}");
    Outputs.remove(folder.resolve("step-000001"));
    assertThat(names()).isEmpty();
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
