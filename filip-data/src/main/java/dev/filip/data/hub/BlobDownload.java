package dev.filip.data.hub;

import dev.filip.data.store.Retry;
import dev.filip.data.store.StoreFailure;
import dev.filip.io.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file's bytes into the cache. They gather in {@code HASH.incomplete}, which a later run
 * goes on with, and get their name when size and hash are right. Processes that want the same wait
 * for each other.
 */
final class BlobDownload {
  private static final int PIECE = 1 << 18;
  private static final int MIB = 1 << 20;
  private static final long POLL_MILLIS = 100;
  private static final int ROUNDS = 2;
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(?:\\d+|\\*)");

  private final HubClient client;
  private final Retry retry;
  private final RemoteFile file;
  private final Path blob;
  private long fetched;

  BlobDownload(HubClient client, Retry retry, RemoteFile file, Path blob) {
    this.client = client;
    this.retry = retry;
    this.file = file;
    this.blob = blob;
  }

  /**
   * Brings it, unless it is there.
   *
   * @return bytes that came over the network
   * @throws IOException also where the bytes are not those the hub announced, twice
   */
  long run() throws IOException {
    if (isThere()) {
      return 0;
    }
    Files.createDirectories(blob.getParent());
    Path partial = blob.resolveSibling(blob.getFileName() + ".incomplete");
    try (FileChannel out =
            FileChannel.open(
                partial,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock _ = locked(out)) {
      if (isThere()) {
        Files.deleteIfExists(partial);
        return 0;
      }
      requireSpace(out.size());
      whole(out);
      out.force(true);
      Files.move(
          partial, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return fetched;
  }

  private boolean isThere() throws IOException {
    return Files.isRegularFile(blob) && Files.size(blob) == file.size();
  }

  private static FileLock locked(FileChannel out) throws IOException {
    while (true) {
      FileLock lock = attempt(out);
      if (lock != null) {
        return lock;
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while another fetches the same");
      }
    }
  }

  private static @Nullable FileLock attempt(FileChannel out) throws IOException {
    try {
      return out.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // a thread of this process has it
    }
  }

  private void requireSpace(long have) throws IOException {
    long free = Files.getFileStore(blob.getParent()).getUsableSpace();
    long missing = file.size() - have;
    if (missing > free) {
      throw new IOException(
          file.name() + " needs " + missing + " bytes more, " + blob.getParent() + " has " + free);
    }
  }

  /** Wrong bytes are fetched once more from the beginning: what was gathered may be of old. */
  private void whole(FileChannel out) throws IOException {
    for (int round = 1; round <= ROUNDS; round++) {
      try (Progress progress = bar()) {
        retry.call(
            file.address().toString(),
            () -> fetched,
            () -> {
              go(out, progress);
              return out;
            });
      }
      if (file.hash().isOf(out)) {
        return;
      }
      out.truncate(0);
    }
    throw new IOException(
        file.address()
            + ": the bytes that came, twice, are not those the hub announces ("
            + file.hash()
            + "): nothing of them is kept");
  }

  /** None for what is there in a moment. */
  private @Nullable Progress bar() {
    return file.size() < MIB ? null : new Progress("fetching " + file.name(), file.size() / MIB);
  }

  private void go(FileChannel out, @Nullable Progress progress) throws IOException {
    if (out.size() > file.size()) {
      out.truncate(0);
    }
    long have = out.size();
    if (have == file.size()) {
      return;
    }
    HttpResponse<InputStream> answer = client.open(file, have);
    try (InputStream body = client.body(answer)) {
      long start = start(answer);
      if (start != 0 && start != have) {
        throw StoreFailure.passing("the server sends another range than was asked for", null);
      }
      out.truncate(start);
      out.position(start);
      copy(body, out, progress);
    }
    if (out.size() != file.size()) {
      String seen = " (" + out.size() + " of " + file.size() + " bytes)";
      if (out.size() > file.size()) {
        out.truncate(0);
      }
      throw StoreFailure.passing("the server sends another size than it told" + seen, null);
    }
  }

  /** Stops a piece behind the end: a server may send for ever. */
  private void copy(InputStream body, FileChannel out, @Nullable Progress progress)
      throws IOException {
    byte[] piece = new byte[PIECE];
    for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
      ByteBuffer bytes = ByteBuffer.wrap(piece, 0, count);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      fetched += count;
      if (progress != null) {
        progress.to(out.position() / MIB, "MiB");
      }
      if (out.position() > file.size()) {
        return;
      }
    }
  }

  private static long start(HttpResponse<?> answer) {
    if (answer.statusCode() != 206) {
      return 0;
    }
    String range = answer.headers().firstValue("Content-Range").orElse("");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }
}
