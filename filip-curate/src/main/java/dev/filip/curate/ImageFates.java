package dev.filip.curate;

import dev.filip.io.ScratchFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of a table say of their images, settled in bounded memory: rows are dealt to parts
 * by the first bits of their image's name, and those of one image are joined part by part. Some
 * rows are held, the others lie in a temporary file. Filled by one thread; then parts are joined by
 * any.
 */
final class ImageFates implements Closeable {
  /** Of a row: both halves of its image's name, and its {@link CaptionFate}. */
  static final int LONGS = 3;

  /** Rows held in memory: 48 MiB. */
  private static final long HELD = 1 << 21;

  /** Rows of a part, about: what is joined at once. */
  private static final long AT_ONCE = 1 << 18;

  private static final int FEWEST = 8;
  private static final int MOST = 1 << 12;

  private final Part[] parts;
  private final int bits;
  private @Nullable ScratchFile file;
  private @Nullable ByteBuffer block;

  /** For a table of about so many rows. */
  ImageFates(long rows) {
    this(rows, HELD);
  }

  /**
   * @param held rows in memory at most, about
   */
  ImageFates(long rows, long held) {
    long wanted = Math.clamp(Math.ceilDiv(rows, AT_ONCE), FEWEST, MOST);
    this.bits = Long.SIZE - Long.numberOfLeadingZeros(wanted - 1);
    this.parts = new Part[1 << bits];
    int most = LONGS * (int) Math.max(16, held / parts.length);
    Arrays.setAll(parts, _ -> new Part(most));
  }

  /** Rows of a part: some in the file, and the last ones. */
  private static final class Part {
    private final int most;
    private long[] last = new long[16 * LONGS];
    private int size;
    private long[] blocks = new long[4];
    private int count;

    Part(int most) {
      this.most = most;
    }
  }

  /** Adds rows, {@link #LONGS} numbers each. */
  void add(long[] rows, int length) throws IOException {
    for (int i = 0; i < length; i += LONGS) {
      Part part = parts[(int) (rows[i] >>> Long.SIZE - bits)];
      if (part.size == part.last.length) {
        room(part);
      }
      part.last[part.size] = rows[i];
      part.last[part.size + 1] = rows[i + 1];
      part.last[part.size + 2] = rows[i + 2];
      part.size += LONGS;
    }
  }

  private void room(Part part) throws IOException {
    if (part.size < part.most) {
      part.last = Arrays.copyOf(part.last, Math.min(part.most, 2 * part.size));
      return;
    }
    putAway(part);
  }

  private void putAway(Part part) throws IOException {
    if (file == null || block == null) {
      file = ScratchFile.create("rows");
      block = ByteBuffer.allocateDirect(part.most * Long.BYTES).order(ByteOrder.nativeOrder());
    }
    if (part.count == part.blocks.length) {
      part.blocks = Arrays.copyOf(part.blocks, 2 * part.count);
    }
    block.clear().asLongBuffer().put(part.last);
    part.blocks[part.count++] = file.put(block);
    part.size = 0;
  }

  /** How many parts there are to join. */
  int parts() {
    return parts.length;
  }

  /** Joins the rows of a part by their images: how many images there are of each fate. */
  Map<Long, Long> joined(int number) throws IOException {
    long[] rows = rows(parts[number]);
    int size = rows.length / LONGS;
    int[] slots = new int[Integer.highestOneBit(Math.max(1, size)) << 2];
    int images = 0;
    for (int row = 0; row < size; row++) {
      images = join(rows, row * LONGS, images, slots);
    }
    Map<Long, Long> counts = new HashMap<>();
    long count = 0;
    for (int i = 2; i < images * LONGS; i += LONGS) {
      count++;
      if (i + LONGS >= images * LONGS || rows[i + LONGS] != rows[i]) { // most are as the one before
        counts.merge(rows[i], count, Long::sum);
        count = 0;
      }
    }
    return counts;
  }

  /**
   * Joins a row with its image, which stands among the first {@code images} rows, or is the next of
   * them; gives how many there are.
   */
  private static int join(long[] rows, int at, int images, int[] slots) {
    int slot = (int) rows[at + 1] & slots.length - 1;
    while (slots[slot] != 0) {
      int known = (slots[slot] - 1) * LONGS;
      if (rows[known] == rows[at] && rows[known + 1] == rows[at + 1]) {
        rows[known + 2] = CaptionFate.both(rows[known + 2], rows[at + 2]);
        return images;
      }
      slot = slot + 1 & slots.length - 1;
    }
    slots[slot] = images + 1;
    System.arraycopy(rows, at, rows, images * LONGS, LONGS);
    return images + 1;
  }

  private long[] rows(Part part) throws IOException {
    long[] rows = new long[Math.addExact(Math.multiplyExact(part.count, part.most), part.size)];
    ByteBuffer bytes = ByteBuffer.allocateDirect(part.count == 0 ? 0 : part.most * Long.BYTES);
    for (int i = 0; i < part.count; i++) {
      read(part.blocks[i], bytes);
      bytes.order(ByteOrder.nativeOrder()).asLongBuffer().get(rows, i * part.most, part.most);
    }
    System.arraycopy(part.last, 0, rows, part.count * part.most, part.size);
    part.last = new long[0];
    return rows;
  }

  private void read(long place, ByteBuffer bytes) throws IOException {
    if (file == null) {
      throw new IllegalStateException("no rows were put away");
    }
    file.read(place, bytes.clear());
    bytes.flip();
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
