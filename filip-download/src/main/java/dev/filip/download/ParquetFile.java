package dev.filip.download;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes a Parquet file of one row group: flat columns, each of whose values may be missing, plain
 * values in pages packed with zstd. The same rows give the same bytes. Used by one thread.
 */
public final class ParquetFile {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int PAGE_ROWS = 10_000;
  private static final int LEVEL = 3;
  private static final int ZSTD = 6;
  private static final int PLAIN = 0;
  private static final int RLE = 3;
  private static final int OPTIONAL = 1;

  /** What the values of a column are; missing ones are null. */
  public enum Type {
    /** {@link String}. */
    TEXT(6),
    /** {@link Integer}. */
    INT(1),
    /** {@link Long}. */
    LONG(2),
    /** {@link Double}. */
    DOUBLE(5),
    /** {@link Boolean}. */
    FLAG(0);

    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  /** A column. */
  public record Column(String name, Type type) {}

  private record Chunk(Column column, long offset, long plain, long packed) {}

  private final List<Column> columns;
  private final int rows;
  private final OutputStream out;
  private final List<Chunk> chunks = new ArrayList<>();
  private long position;

  private ParquetFile(List<Column> columns, int rows, OutputStream out) {
    this.columns = columns;
    this.rows = rows;
    this.out = out;
  }

  /** A row's values in the order of the columns. */
  public interface Row extends IntFunction<@Nullable Object> {}

  /**
   * Writes all.
   *
   * @param row by its number, from 0
   */
  public static void write(OutputStream out, List<Column> columns, int rows, IntFunction<Row> row)
      throws IOException {
    ParquetFile file = new ParquetFile(columns, rows, out);
    file.put(MAGIC);
    for (int c = 0; c < columns.size(); c++) {
      file.column(c, row);
    }
    byte[] footer = file.footer();
    file.put(footer);
    file.put(little(4).putInt(footer.length).array());
    file.put(MAGIC);
  }

  private void put(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void column(int c, IntFunction<Row> row) throws IOException {
    long offset = position;
    long plain = 0;
    for (int from = 0; from < rows || from == 0; from += PAGE_ROWS) {
      plain += page(c, from, Math.min(rows, from + PAGE_ROWS), row);
    }
    chunks.add(new Chunk(columns.get(c), offset, plain, position - offset));
  }

  /** Writes a page; gives its bytes before they were packed, header included. */
  private long page(int c, int from, int to, IntFunction<Row> row) throws IOException {
    List<@Nullable Object> values = new ArrayList<>(to - from);
    for (int r = from; r < to; r++) {
      values.add(row.apply(r).apply(c));
    }
    byte[] plain = page(columns.get(c).type, values);
    byte[] packed = Zstd.compress(plain, LEVEL);
    byte[] header =
        Thrift.struct(page ->
            page.integer(1, 0)
                .integer(2, plain.length)
                .integer(3, packed.length)
                .struct(
                    5,
                    data ->
                        data.integer(1, values.size())
                            .integer(2, PLAIN)
                            .integer(3, RLE)
                            .integer(4, RLE)));
    put(header);
    put(packed);
    return (long) header.length + plain.length;
  }

  /** Definition levels (one bit a value, in groups of eight), then the values that are there. */
  private static byte[] page(Type type, List<@Nullable Object> values) {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    byte[] there = bits(values.stream().map(v -> v != null).toList());
    ByteArrayOutputStream levels = new ByteArrayOutputStream();
    int head = there.length << 1 | 1;
    for (; (head & ~0x7F) != 0; head >>>= 7) {
      levels.write(head & 0x7F | 0x80);
    }
    levels.write(head);
    levels.writeBytes(there);
    page.writeBytes(little(4).putInt(levels.size()).array());
    page.writeBytes(levels.toByteArray());
    if (type == Type.FLAG) {
      page.writeBytes(bits(values.stream().filter(v -> v != null).map(v -> (Boolean) v).toList()));
      return page.toByteArray();
    }
    for (Object value : values) {
      if (value != null) {
        page.writeBytes(plain(value));
      }
    }
    return page.toByteArray();
  }

  private static byte[] bits(List<Boolean> flags) {
    byte[] bytes = new byte[Math.ceilDiv(flags.size(), 8)];
    for (int i = 0; i < flags.size(); i++) {
      bytes[i / 8] |= (byte) (flags.get(i) ? 1 << i % 8 : 0);
    }
    return bytes;
  }

  private static byte[] plain(Object value) {
    return switch (value) {
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        yield little(4 + bytes.length).putInt(bytes.length).put(bytes).array();
      }
      case Integer number -> little(4).putInt(number).array();
      case Long number -> little(8).putLong(number).array();
      case Double number -> little(8).putDouble(number).array();
      default -> throw new IllegalArgumentException("no value of a column: " + value);
    };
  }

  private byte[] footer() {
    long bytes = chunks.stream().mapToLong(Chunk::plain).sum();
    return Thrift.struct(file -> {
      file.integer(1, 1).list(2, Thrift.STRUCT, columns.size() + 1);
      file.element(root -> root.text(4, "schema").integer(5, columns.size()));
      columns.forEach(column -> file.element(element -> schema(element, column)));
      file.big(3, rows).list(4, Thrift.STRUCT, 1);
      file.element(group -> {
        group.list(1, Thrift.STRUCT, chunks.size());
        chunks.forEach(chunk -> group.element(it -> chunk(it, chunk)));
        group.big(2, bytes).big(3, rows);
      });
      file.text(6, "filip");
    });
  }

  private static void schema(Thrift element, Column column) {
    element.integer(1, column.type.number).integer(3, OPTIONAL).text(4, column.name);
    if (column.type == Type.TEXT) {
      element.integer(6, 0).struct(10, kind -> kind.struct(1, text -> {}));
    }
  }

  private void chunk(Thrift thrift, Chunk chunk) {
    thrift
        .big(2, chunk.offset)
        .struct(
            3,
            meta ->
                meta.integer(1, chunk.column.type.number)
                    .list(2, Thrift.INT, 2)
                    .element(PLAIN)
                    .element(RLE)
                    .list(3, Thrift.BINARY, 1)
                    .element(chunk.column.name)
                    .integer(4, ZSTD)
                    .big(5, rows)
                    .big(6, chunk.plain)
                    .big(7, chunk.packed)
                    .big(9, chunk.offset));
  }
}
