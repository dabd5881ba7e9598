package dev.filip.curate;

import dev.filip.io.NativeCache;
import dev.filip.io.Outputs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Tables of numbers that are slow to make, kept as they lie in memory in the user's cache ({@code
 * FILIP_CACHE/tables}, or {@code filip/tables} there). A file says what it is of and has a
 * checksum; one that is of something else or damaged is made anew, and where the cache cannot be
 * written nothing is kept.
 */
final class TableFile {
  private static final String FORMAT = "filip-tables/1 ";
  private static final int LONGEST = 1 << 16;

  private TableFile() {}

  private static Path place(String name) {
    String named = System.getenv("FILIP_CACHE");
    Path cache =
        named == null || named.isBlank()
            ? NativeCache.userCache().resolve("filip")
            : Path.of(named);
    return cache.resolve("tables").resolve(name + ".tables");
  }

  /**
   * What is kept under a name.
   *
   * @param about what it has to be of; null where that is not known, so that nothing is kept
   * @return null where it is not there
   */
  static @Nullable Reader open(String name, @Nullable String about) {
    return about == null ? null : read(place(name), about);
  }

  static @Nullable Reader read(Path place, String about) {
    if (!Files.isRegularFile(place)) {
      return null;
    }
    try (FileChannel channel = FileChannel.open(place)) {
      ByteBuffer all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return header(all.order(ByteOrder.LITTLE_ENDIAN), about) ? new Reader(all) : null;
    } catch (IOException e) {
      return null; // as if it were not there
    }
  }

  /** Whether it is of the same, and whole. */
  private static boolean header(ByteBuffer all, String about) {
    byte[] own = (FORMAT + about).getBytes(StandardCharsets.UTF_8);
    if (all.remaining() < 2 * Integer.BYTES) {
      return false;
    }
    int sum = all.getInt();
    CRC32C rest = new CRC32C();
    rest.update(all.duplicate());
    int length = all.getInt();
    if (sum != (int) rest.getValue() || length != own.length || length > LONGEST) {
      return false;
    }
    byte[] said = new byte[length];
    all.get(said);
    return Arrays.equals(said, own);
  }

  /** Gives tables in the order in which they were put. Used by one thread. */
  static final class Reader {
    private final ByteBuffer all;

    private Reader(ByteBuffer all) {
      this.all = all;
    }

    private ByteBuffer next(int bytes) {
      int length = all.getInt();
      ByteBuffer part = all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      all.position(all.position() + length);
      if (length % bytes != 0) {
        throw new IllegalStateException("a table of other numbers");
      }
      return part;
    }

    long[] longs() {
      ByteBuffer part = next(Long.BYTES);
      long[] table = new long[part.remaining() / Long.BYTES];
      part.asLongBuffer().get(table);
      return table;
    }

    double[] doubles() {
      ByteBuffer part = next(Double.BYTES);
      double[] table = new double[part.remaining() / Double.BYTES];
      part.asDoubleBuffer().get(table);
      return table;
    }

    int[] ints() {
      ByteBuffer part = next(Integer.BYTES);
      int[] table = new int[part.remaining() / Integer.BYTES];
      part.asIntBuffer().get(table);
      return table;
    }

    short[] shorts() {
      ByteBuffer part = next(Short.BYTES);
      short[] table = new short[part.remaining() / Short.BYTES];
      part.asShortBuffer().get(table);
      return table;
    }

    /** Into a table of the same size. */
    void chars(char[] table) {
      next(Character.BYTES).asCharBuffer().get(table);
    }

    byte[] bytes() {
      ByteBuffer part = next(1);
      byte[] table = new byte[part.remaining()];
      part.get(table);
      return table;
    }
  }

  /** Takes tables. Used by one thread. */
  static final class Writer {
    private final List<ByteBuffer> parts = new ArrayList<>();

    private ByteBuffer next(int length, int bytes) {
      ByteBuffer part = ByteBuffer.allocate(Math.multiplyExact(length, bytes));
      parts.add(part);
      return part.order(ByteOrder.LITTLE_ENDIAN);
    }

    Writer put(long[] table) {
      next(table.length, Long.BYTES).asLongBuffer().put(table);
      return this;
    }

    Writer put(double[] table) {
      next(table.length, Double.BYTES).asDoubleBuffer().put(table);
      return this;
    }

    Writer put(int[] table) {
      next(table.length, Integer.BYTES).asIntBuffer().put(table);
      return this;
    }

    Writer put(short[] table) {
      next(table.length, Short.BYTES).asShortBuffer().put(table);
      return this;
    }

    Writer put(char[] table) {
      next(table.length, Character.BYTES).asCharBuffer().put(table);
      return this;
    }

    Writer put(byte[] table) {
      next(table.length, 1).put(table).flip();
      return this;
    }

    /** Keeps them under a name, for {@link #open}. */
    void keep(String name, @Nullable String about) {
      if (about != null) {
        try {
          write(place(name), about);
        } catch (IOException e) {
          // they are made again next time
        }
      }
    }

    void write(Path place, String about) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      byte[] own = (FORMAT + about).getBytes(StandardCharsets.UTF_8);
      body.writeBytes(number(own.length));
      body.writeBytes(own);
      for (ByteBuffer part : parts) {
        body.writeBytes(number(part.capacity()));
        body.writeBytes(part.array());
      }
      CRC32C sum = new CRC32C();
      sum.update(body.toByteArray());
      ByteBuffer all = ByteBuffer.allocate(Integer.BYTES + body.size());
      all.put(number((int) sum.getValue())).put(body.toByteArray());
      Outputs.file(place, all.array());
    }

    private static byte[] number(int value) {
      return ByteBuffer.allocate(Integer.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(value)
          .array();
    }
  }
}
