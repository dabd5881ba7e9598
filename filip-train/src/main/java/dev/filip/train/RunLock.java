package dev.filip.train;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One run at a time on a folder: an operating-system lock on {@code OUT/lock}, gone with the
 * process however it ends.
 */
final class RunLock implements AutoCloseable {
  /** The file in a run's folder; it stays there. */
  static final String NAME = "lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock; a folder in use or not writable is {@link BadInput}. */
  static RunLock take(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new BadInput(
            "output folder " + folder + " is in use by another run: wait for it, or give another");
      }
      return new RunLock(channel);
    } catch (IOException e) {
      throw new BadInput(
          "output folder " + folder + " must be writable, got: " + Failures.reason(e), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) { // a run in this very process
      return null;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // closing gives the lock back whether or not it reports an error
    }
  }
}
