package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a folder's shards in one file ({@code filip-index/2}, docs/FORMATS.md). Its list of
 * shards is read when it is opened, a table when it is asked for; each has its own checksum and the
 * size and version of the shard that it was made from. What is missing, damaged or of another
 * version is not there. Thread-safe.
 */
final class ShardIndex {
  private static final long MAGIC = 0x3258_4950_494C_4946L; // "FILIPIX2"
  private static final int HEAD = 16;
  private static final int TRAILER = 32;
  private static final int LEAST_ENTRY = 32;

  /** Where a shard's table lies, and which shard it was made from. */
  private record Entry(long bytes, String version, long at, int length, int crc, int count) {
    boolean isOf(ObjectInfo info) {
      return bytes == info.size() && version.equals(info.version());
    }
  }

  private final Path file;
  private final Map<String, Entry> entries;

  private ShardIndex(Path file, Map<String, Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /** The index in a file; empty where there is none or it is damaged. */
  static ShardIndex read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new ShardIndex(file, entries(channel));
    } catch (IOException | BufferUnderflowException e) {
      return new ShardIndex(file, Map.of());
    }
  }

  private static Map<String, Entry> entries(FileChannel channel) throws IOException {
    long end = channel.size();
    if (end < HEAD + TRAILER) {
      throw new IOException("too short");
    }
    ByteBuffer trailer = bytes(channel, end - TRAILER, TRAILER);
    long at = trailer.getLong();
    int length = trailer.getInt();
    int crc = trailer.getInt();
    int shards = trailer.getInt();
    trailer.getInt();
    if (trailer.getLong() != MAGIC) {
      throw new IOException("not an index");
    }
    boolean plausible = shards >= 0 && (long) shards * LEAST_ENTRY <= length;
    if (at < HEAD || length < 0 || at + length != end - TRAILER || !plausible) {
      throw new IOException("bad trailer");
    }
    ByteBuffer list = bytes(channel, at, length);
    if (crc(list.array()) != crc) {
      throw new IOException("damaged");
    }
    Map<String, Entry> entries = HashMap.newHashMap(shards);
    for (int i = 0; i < shards; i++) {
      String name = text(list);
      entries.put(name, entry(list));
    }
    return entries;
  }

  private static Entry entry(ByteBuffer list) {
    String version = text(list);
    return new Entry(
        list.getLong(), version, list.getLong(), list.getInt(), list.getInt(), list.getInt());
  }

  private static String text(ByteBuffer list) {
    byte[] utf8 = new byte[Short.toUnsignedInt(list.getShort())];
    list.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static void text(ByteBuffer list, byte[] utf8) {
    list.putShort((short) utf8.length).put(utf8);
  }

  private static ByteBuffer bytes(FileChannel channel, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("ends at offset " + (at + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Number of shards told of. */
  int shards() {
    return entries.size();
  }

  /** Samples of a shard, whatever version of it; -1 where it is not told of. */
  int count(String name) {
    Entry entry = entries.get(name);
    return entry == null ? -1 : entry.count();
  }

  /** Whether it tells of this version of a shard. */
  boolean has(String name, ObjectInfo info) {
    Entry entry = entries.get(name);
    return entry != null && entry.isOf(info);
  }

  /** The table of this version of a shard, or null. */
  @Nullable ShardTable table(String name, ObjectInfo info) {
    Entry entry = entries.get(name);
    if (entry == null || !entry.isOf(info)) {
      return null;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] packed = bytes(channel, entry.at(), entry.length()).array();
      ShardTable table = crc(packed) == entry.crc() ? ShardTable.of(packed) : null;
      return table == null || table.size() != entry.count() ? null : table;
    } catch (IOException e) {
      return null; // replaced or cut meanwhile: the shard itself is read
    }
  }

  /**
   * Writes an index beside its place and renames it. {@link #add} is thread-safe.
   *
   * @see #commit
   */
  static final class Writer implements Closeable {
    private final Path file;
    private final Path fresh;
    private final FileChannel out;
    private final Map<String, Entry> written = new HashMap<>();
    private long at = HEAD;

    /** Begins one at {@code file}; an IOException where nothing can be written there. */
    Writer(Path file) throws IOException {
      this.file = file;
      String unique = ProcessHandle.current().pid() + "-" + System.nanoTime();
      this.fresh = file.resolveSibling(file.getFileName() + ".tmp-" + unique);
      this.out =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    /** Adds the table of one version of a shard. */
    void add(String name, ObjectInfo info, ShardTable table) throws IOException {
      byte[] packed = table.packed();
      put(name, info.size(), info.version(), packed, crc(packed), table.size());
    }

    private synchronized void put(
        String name, long bytes, String version, byte[] packed, int crc, int count)
        throws IOException {
      write(ByteBuffer.wrap(packed), at);
      written.put(name, new Entry(bytes, version, at, packed.length, crc, count));
      at += packed.length;
    }

    private void write(ByteBuffer bytes, long from) throws IOException {
      long next = from;
      while (bytes.hasRemaining()) {
        next += out.write(bytes, next);
      }
    }

    /** Takes over what {@code old} tells of other shards, and puts the file in its place. */
    synchronized void commit(ShardIndex old, Predicate<String> keep) throws IOException {
      for (var known : old.entries.entrySet()) {
        Entry entry = known.getValue();
        if (!written.containsKey(known.getKey()) && keep.test(known.getKey())) {
          copy(old.file, known.getKey(), entry);
        }
      }
      finish();
      out.force(true);
      out.close();
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Damaged ones are left out. */
    private void copy(Path from, String name, Entry entry) throws IOException {
      byte[] packed;
      try (FileChannel channel = FileChannel.open(from, StandardOpenOption.READ)) {
        packed = bytes(channel, entry.at(), entry.length()).array();
      } catch (IOException e) {
        return;
      }
      if (crc(packed) == entry.crc()) {
        put(name, entry.bytes(), entry.version(), packed, entry.crc(), entry.count());
      }
    }

    private void finish() throws IOException {
      int length = 0;
      for (var entry : written.entrySet()) {
        length += LEAST_ENTRY + utf8(entry.getKey()).length;
        length += utf8(entry.getValue().version()).length;
      }
      ByteBuffer list = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      for (var entry : written.entrySet()) {
        Entry value = entry.getValue();
        text(list, utf8(entry.getKey()));
        text(list, utf8(value.version()));
        list.putLong(value.bytes()).putLong(value.at());
        list.putInt(value.length()).putInt(value.crc()).putInt(value.count());
      }
      write(list.flip(), at);
      ByteBuffer trailer = ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN);
      trailer.putLong(at).putInt(length).putInt(crc(list.array())).putInt(written.size()).putInt(0);
      write(trailer.putLong(MAGIC).flip(), at + length);
      write(ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN).putLong(MAGIC).rewind(), 0);
    }

    private static byte[] utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Leaves nothing behind where it was not committed. */
    @Override
    public void close() throws IOException {
      out.close();
      Files.deleteIfExists(fresh);
    }
  }
}
