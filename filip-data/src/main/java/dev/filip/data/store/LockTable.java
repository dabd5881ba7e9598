package dev.filip.data.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Shared and exclusive locks on the places of one file, between threads and between processes. A
 * place is a byte's position, far beyond the file's end; the system frees the locks of a process
 * that dies. Thread-safe.
 *
 * <p>There is one channel for a file in this JVM and it stays open: closing any channel of a file
 * would free all locks that the process has on it (POSIX). Locks are asked for and never waited for
 * in the channel, since an interrupt of a waiting thread closes it.
 */
final class LockTable {
  private static final Map<Path, LockTable> TABLES = new ConcurrentHashMap<>();
  static final Duration POLL = Duration.ofMillis(20);

  private final FileChannel channel;
  private final @Nullable Object fileKey;
  private final Map<Long, Claim> claims = new HashMap<>();

  private LockTable(FileChannel channel, @Nullable Object fileKey) {
    this.channel = channel;
    this.fileKey = fileKey;
  }

  /** The table of a file, which is made if it is missing. */
  static synchronized LockTable of(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    FileChannel fresh = Files.exists(absolute) ? null : opened(absolute);
    Path real = absolute.toRealPath();
    Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
    LockTable known = TABLES.get(real);
    // a folder that was deleted and made again has another lock file
    if (fresh == null && known != null && Objects.equals(known.fileKey, key)) {
      return known;
    }
    if (fresh == null) {
      fresh = opened(real);
    }
    LockTable table = new LockTable(fresh, key);
    TABLES.put(real, table);
    return table;
  }

  private static FileChannel opened(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Waits until no other has the place to itself. */
  Lease shared(long place) throws IOException {
    return await(place, true);
  }

  /** Waits until no other has the place. */
  Lease exclusive(long place) throws IOException {
    return await(place, false);
  }

  private Lease await(long place, boolean shared) throws IOException {
    while (true) {
      Lease lease = attempt(place, shared);
      if (lease != null) {
        return lease;
      }
      Retry.sleep(POLL);
    }
  }

  /** Does not wait: null where another has the place. */
  synchronized @Nullable Lease attempt(long place, boolean shared) throws IOException {
    Claim claim = claims.get(place);
    if (claim != null) {
      if (!shared || !claim.lock.isShared()) {
        return null;
      }
      claim.holders++;
      return new Lease(this, place);
    }
    FileLock lock = channel.tryLock(place, 1, shared);
    if (lock == null) {
      return null;
    }
    claims.put(place, new Claim(lock));
    return new Lease(this, place);
  }

  private synchronized void free(long place) {
    Claim claim = claims.get(place);
    if (claim == null || --claim.holders > 0) {
      return;
    }
    claims.remove(place);
    try {
      claim.lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Claim {
    private final FileLock lock;
    private int holders = 1;

    Claim(FileLock lock) {
      this.lock = lock;
    }
  }

  /** A lock that is had until closed; closing twice is closing once. */
  static final class Lease implements AutoCloseable {
    private final LockTable table;
    private final long place;
    private boolean closed;

    private Lease(LockTable table, long place) {
      this.table = table;
      this.place = place;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        table.free(place);
      }
    }
  }
}
