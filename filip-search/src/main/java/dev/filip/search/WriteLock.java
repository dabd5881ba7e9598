package dev.filip.search;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a writer the only one of an index. Writers of this process are kept apart before the lock's
 * file is opened: closing any channel to it would let go of the lock of the whole process (POSIX).
 */
final class WriteLock implements Closeable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path index;
  private final FileChannel channel;

  private WriteLock(Path index, FileChannel channel) {
    this.index = index;
    this.channel = channel;
  }

  /** Takes it, if nobody has it. */
  static Optional<WriteLock> tryTake(Path named) throws IOException {
    Path index = named.toRealPath();
    if (!HELD.add(index)) {
      return Optional.empty();
    }
    WriteLock taken = null;
    try {
      FileChannel channel =
          FileChannel.open(
              index.resolve(IndexFiles.LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isLocked(channel)) {
        taken = new WriteLock(index, channel);
      } else {
        channel.close();
      }
    } finally {
      if (taken == null) {
        HELD.remove(index);
      }
    }
    return Optional.ofNullable(taken);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // another class loader's
      return false;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(index);
    }
  }
}
