package dev.filip.download;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.ShardWriter;
import dev.filip.data.UrlRow;
import dev.filip.image.ImageEncoder;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A shard in work. Images come in any order and lie in a file beside until all rows are done; then
 * tar, table and counts are written in the rows' order, the counts last: a shard that has them is
 * whole. Thread-safe.
 */
final class ShardJob implements Closeable {
  /** Two blocks of zeros: a tar without a member. */
  private static final int EMPTY_TAR = 1024;

  private final int shard;
  private final ShardLayout layout;
  private final ImageEncoder.Format format;
  private final Path scratch;
  private final FileChannel images;
  private final AtomicLong end = new AtomicLong();
  private final UrlRow[] rows;
  private final @Nullable Outcome[] outcomes;
  private final long[] offsets;
  private final int[] lengths;
  private final long started = System.currentTimeMillis();
  private int left;

  /**
   * Begins.
   *
   * @param size rows of the shard
   * @param scratch the file for images, made and in the end removed
   */
  ShardJob(int shard, int size, ShardLayout layout, ImageEncoder.Format format, Path scratch)
      throws IOException {
    this.shard = shard;
    this.layout = layout;
    this.format = format;
    this.scratch = scratch;
    this.rows = new UrlRow[size];
    this.outcomes = new Outcome[size];
    this.offsets = new long[size];
    this.lengths = new int[size];
    this.left = size;
    this.images =
        FileChannel.open(
            scratch,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  int shard() {
    return shard;
  }

  int size() {
    return rows.length;
  }

  /** Says what a row is, before it is done. */
  synchronized void row(int index, UrlRow row) {
    rows[index] = row;
  }

  /**
   * A row is done.
   *
   * @param image what is kept; null for none
   * @return whether it was the last
   */
  boolean done(int index, Outcome outcome, byte @Nullable [] image) throws IOException {
    long offset = 0;
    if (image != null) {
      offset = end.getAndAdd(image.length);
      ByteBuffer bytes = ByteBuffer.wrap(image);
      while (bytes.hasRemaining()) {
        images.write(bytes, offset + bytes.position());
      }
    }
    synchronized (this) {
      outcomes[index] = outcome;
      offsets[index] = offset;
      lengths[index] = image == null ? 0 : image.length;
      return --left == 0;
    }
  }

  private Outcome outcome(int index) {
    Outcome outcome = outcomes[index];
    if (outcome == null) {
      throw new IllegalStateException("row " + index + " of shard " + shard + " is not done");
    }
    return outcome;
  }

  private byte[] image(int index) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(lengths[index]);
    while (bytes.hasRemaining()) {
      if (images.read(bytes, offsets[index] + bytes.position()) < 0) {
        throw new EOFException(scratch + " was cut");
      }
    }
    return bytes.array();
  }

  /**
   * Writes the shard's files when all rows are done.
   *
   * @param beside a folder for what is not whole yet, on the same disk
   */
  synchronized void write(Path folder, Path beside) throws IOException {
    Path work = Files.createDirectories(beside.resolve(ShardLayout.name(shard)));
    tar(work);
    parquet(work.resolve(ShardLayout.parquet(shard)));
    Files.write(
        work.resolve(ShardLayout.stats(shard)),
        Json.pretty(stats()).getBytes(StandardCharsets.UTF_8));
    for (String name :
        new String[] {
          ShardLayout.tar(shard), ShardLayout.parquet(shard), ShardLayout.stats(shard)
        }) {
      Outputs.sync(work.resolve(name));
      Files.move(work.resolve(name), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
    Outputs.syncFolder(folder.resolve(ShardLayout.stats(shard)));
    Files.delete(work);
  }

  private void tar(Path work) throws IOException {
    int saved = 0;
    try (ShardWriter writer =
        new ShardWriter(work, Integer.MAX_VALUE, _ -> ShardLayout.tar(shard))) {
      for (int i = 0; i < rows.length; i++) {
        if (outcome(i).status() == Outcome.Status.SUCCESS) {
          writer.add(layout.key(shard, i), members(i));
          saved++;
        }
      }
    }
    if (saved == 0) {
      Files.write(work.resolve(ShardLayout.tar(shard)), new byte[EMPTY_TAR]);
    }
  }

  private Map<String, byte[]> members(int i) throws IOException {
    Map<String, byte[]> members = new HashMap<>();
    members.put(format.extension(), image(i));
    String caption = rows[i].caption();
    if (caption != null) {
      members.put("txt", caption.getBytes(StandardCharsets.UTF_8));
    }
    members.put("json", layout.json(layout.key(shard, i), rows[i], outcome(i)));
    return members;
  }

  private void parquet(Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      ParquetFile.write(
          out,
          layout.columns(),
          rows.length,
          i -> layout.values(layout.key(shard, i), rows[i], outcome(i))::get);
    }
  }

  private ObjectNode stats() {
    Map<Outcome.Status, Integer> byStatus = new HashMap<>();
    Map<String, Integer> reasons = new TreeMap<>();
    for (int i = 0; i < rows.length; i++) {
      Outcome outcome = outcome(i);
      byStatus.merge(outcome.status(), 1, Integer::sum);
      reasons.merge(
          outcome.status() == Outcome.Status.SUCCESS ? "success" : outcome.reason(),
          1,
          Integer::sum);
    }
    long now = System.currentTimeMillis();
    ObjectNode stats = Json.object();
    stats.put("count", rows.length);
    stats.put("successes", byStatus.getOrDefault(Outcome.Status.SUCCESS, 0));
    stats.put("failed_to_download", byStatus.getOrDefault(Outcome.Status.FAILED_TO_DOWNLOAD, 0));
    stats.put("failed_to_resize", byStatus.getOrDefault(Outcome.Status.FAILED_TO_RESIZE, 0));
    stats.put("duplicates", byStatus.getOrDefault(Outcome.Status.DUPLICATE, 0));
    stats.put("bytes", end.get());
    stats.put("duration", (now - started) / 1000.0);
    stats.put("start_time", started / 1000.0);
    stats.put("end_time", now / 1000.0);
    reasons.forEach(stats.putObject("status_dict")::put);
    return stats;
  }

  /** Removes what lies beside. */
  @Override
  public void close() throws IOException {
    images.close();
    Files.deleteIfExists(scratch);
  }
}
