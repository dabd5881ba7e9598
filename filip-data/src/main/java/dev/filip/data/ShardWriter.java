package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes webdataset shards {@code 000000.tar, 000001.tar, ...}: POSIX tar, members {@code KEY.EXT}
 * of one sample one after the other, extensions in alphabetical order. The same samples give the
 * same bytes: time, owner and mode are fixed. Not thread-safe.
 */
public final class ShardWriter implements Closeable {
  // what every tar reader takes; beyond 100 bytes a PAX header carries the name
  private static final int LONGEST_LAST = 100;
  private static final int LONGEST = 255;
  private final Path folder;
  private final int perShard;
  private final IntFunction<String> names;
  private final MessageDigest digest = Digests.sha256();
  private @Nullable TarArchiveOutputStream out;
  private int shards;
  private int inShard;
  private long samples;
  private long bytes;
  private @Nullable String hash;

  /** Shards of {@code perShard} samples in {@code folder}, which is made if it is not there. */
  public ShardWriter(Path folder, int perShard) throws IOException {
    this(folder, perShard, number -> String.format(Locale.ROOT, "%06d.tar", number));
  }

  /** The same with other names; {@code names} is given a shard's number, from 0. */
  public ShardWriter(Path folder, int perShard, IntFunction<String> names) throws IOException {
    BadInput.require(perShard > 0, "samples per shard", perShard, "> 0");
    this.folder = folder;
    this.perShard = perShard;
    this.names = names;
    Files.createDirectories(folder);
  }

  /** Adds one sample; its members count in {@link #sha256} with their bytes. */
  public void add(String key, Map<String, byte[]> members) throws IOException {
    add(key, members, Map.of());
  }

  /**
   * Adds one sample.
   *
   * @param key no dot in its last part (webdataset splits there); may hold {@code /}
   * @param members extension without its dot ({@code jpg}, {@code txt}, {@code json}) to content
   * @param sums by extension, SHA-256 (32 bytes) of what a member means, which counts in {@link
   *     #sha256} in place of its bytes: of a picture's pixels, which no compression changes
   */
  public void add(String key, Map<String, byte[]> members, Map<String, byte[]> sums)
      throws IOException {
    BadInput.require(
        !key.isEmpty() && key.indexOf('.', key.lastIndexOf('/') + 1) < 0,
        "sample key",
        key,
        "without a dot in its last part");
    BadInput.require(!members.isEmpty(), "members of " + key, "none", "at least one");
    TarArchiveOutputStream target = shard();
    Digests.add(digest, key);
    for (Map.Entry<String, byte[]> member : new TreeMap<>(members).entrySet()) {
      String extension = member.getKey();
      byte[] content = member.getValue();
      write(target, key + "." + extension, content);
      byte[] sum = sums.get(extension);
      Digests.add(digest, extension);
      digest.update(sum != null ? sum : Digests.sha256().digest(content));
    }
    samples++;
    inShard++;
  }

  private static void write(TarArchiveOutputStream target, String name, byte[] content)
      throws IOException {
    BadInput.require(
        utf8Length(name.substring(name.lastIndexOf('/') + 1)) <= LONGEST_LAST
            && utf8Length(name) <= LONGEST,
        "tar member name",
        name,
        "at most 100 bytes, or 255 with a folder");
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    entry.setMode(0644);
    entry.setModTime(0L);
    entry.setUserName("");
    target.putArchiveEntry(entry);
    target.write(content);
    target.closeArchiveEntry();
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private TarArchiveOutputStream shard() throws IOException {
    if (out != null && inShard == perShard) {
      endShard();
    }
    if (out == null) {
      Path file = folder.resolve(names.apply(shards++));
      OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
      out = new TarArchiveOutputStream(stream, UstarHeader.BLOCK, "UTF-8");
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }
    return out;
  }

  private void endShard() throws IOException {
    if (out != null) {
      out.close();
      bytes += out.getBytesWritten();
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

  /** Bytes of the shards ended so far, headers included; of all after {@link #close}. */
  public long bytes() {
    return bytes;
  }

  /**
   * SHA-256 (hex) over every sample in order: key and end mark, then each member's extension, end
   * mark and SHA-256. How shards are cut and compressed changes nothing. To be asked after {@link
   * #close}.
   */
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
      hash = Digests.hex(digest);
    }
  }
}
