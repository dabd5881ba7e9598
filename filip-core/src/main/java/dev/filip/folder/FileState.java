package dev.filip.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a file system says of a file: equal states of a file mean equal bytes. The time of the last
 * change of anything ({@code ctime}) is among it, which no program can set: a file that was written
 * again and given its old time is another one. Immutable.
 *
 * @param path without links
 * @param device of the file system, with {@code inode} the file itself
 */
record FileState(
    Path path, long device, long inode, long size, FileTime modified, FileTime changed) {
  private static final String VIEW = "unix";

  /** Coarser than any file system's clock (FAT counts in two seconds). */
  private static final Duration TICK = Duration.ofSeconds(3);

  /** That of a file; none where it is not there, or the system keeps no such time. */
  static @Nullable FileState of(Path file) {
    try {
      if (!file.getFileSystem().supportedFileAttributeViews().contains(VIEW)) {
        return null;
      }
      Map<String, Object> said =
          Files.readAttributes(file, VIEW + ":dev,ino,size,lastModifiedTime,ctime");
      return new FileState(
          file.toRealPath(),
          number(said.get("dev")),
          number(said.get("ino")),
          number(said.get("size")),
          time(said.get("lastModifiedTime")),
          time(said.get("ctime")));
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static long number(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).longValue();
  }

  private static FileTime time(@Nullable Object value) {
    return (FileTime) Objects.requireNonNull(value);
  }

  /** Whether a change from {@code now} on would show: its last one is more than a tick ago. */
  boolean isSettled(Instant now) {
    Instant then = now.minus(TICK);
    return modified.toInstant().isBefore(then) && changed.toInstant().isBefore(then);
  }
}
