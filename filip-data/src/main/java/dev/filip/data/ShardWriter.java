package dev.filip.data;

import dev.filip.io.BadInput;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes webdataset shards {@code 000000.tar, 000001.tar, ...}: POSIX ustar, members {@code
 * KEY.EXT} of one sample one after the other, extensions in alphabetical order. The same samples
 * give the same bytes: time, owner and mode are fixed. Not thread-safe.
 */
public final class ShardWriter implements Closeable {
  private final Path folder;
  private final int perShard;
  private final java.security.MessageDigest digest = Sha256.digest();
  private @Nullable OutputStream out;
  private int shards;
  private int inShard;
  private long samples;
  private long bytes;
  private @Nullable String hash;

  /** Shards of {@code perShard} samples in {@code folder}, which is made if it is not there. */
  public ShardWriter(Path folder, int perShard) throws IOException {
    BadInput.require(perShard > 0, "samples per shard", perShard, "> 0");
    this.folder = folder;
    this.perShard = perShard;
    Files.createDirectories(folder);
  }

  /**
   * Adds one sample.
   *
   * @param key no dot in its last part (webdataset splits there); may hold {@code /}
   * @param members extension without its dot ({@code jpg}, {@code txt}, {@code json}) to content
   */
  public void add(String key, Map<String, byte[]> members) throws IOException {
    BadInput.require(
        !key.isEmpty() && key.indexOf('.', key.lastIndexOf('/') + 1) < 0,
        "sample key",
        key,
        "without a dot in its last part");
    BadInput.require(!members.isEmpty(), "members of " + key, "none", "at least one");
    OutputStream target = shard();
    for (Map.Entry<String, byte[]> member : new TreeMap<>(members).entrySet()) {
      byte[] content = member.getValue();
      put(target, UstarHeader.file(key + "." + member.getKey(), content.length));
      put(target, content);
      put(target, new byte[UstarHeader.padding(content.length)]);
    }
    samples++;
    inShard++;
  }

  private OutputStream shard() throws IOException {
    if (out != null && inShard == perShard) {
      endShard();
    }
    if (out == null) {
      Path file = folder.resolve(String.format(Locale.ROOT, "%06d.tar", shards++));
      out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    }
    return out;
  }

  private void put(OutputStream target, byte[] content) throws IOException {
    target.write(content);
    digest.update(content);
    bytes += content.length;
  }

  private void endShard() throws IOException {
    if (out != null) {
      put(out, new byte[2 * UstarHeader.BLOCK]);
      out.close();
      out = null;
      inShard = 0;
    }
  }

  /** Samples added so far. */
  public long samples() {
    return samples;
  }

  /** Shards begun so far. */
  public int shards() {
    return shards;
  }

  /** Bytes written so far, headers included. */
  public long bytes() {
    return bytes;
  }

  /** SHA-256 (hex) of all shards' bytes, one after the other; to be asked after {@link #close}. */
  public String sha256() {
    if (hash == null) {
      throw new IllegalStateException("sha256 is known after close");
    }
    return hash;
  }

  /** Ends the last shard. Closing twice does nothing. */
  @Override
  public void close() throws IOException {
    if (hash == null) {
      endShard();
      hash = HexFormat.of().formatHex(digest.digest());
    }
  }
}
