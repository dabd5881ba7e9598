package dev.filip.search;

import dev.filip.codes.CodeForm;
import dev.filip.codes.CodeQuery;
import dev.filip.io.BadInput;
import dev.filip.kernel.CodeScan;
import dev.filip.tokens.Tokens;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One-bit codes of a segment's rows, mapped: what a scan of a large index reads in place of them.
 * The file ({@code images.codes}, little-endian): {@code FILIPCOD}, int version 1, int width, long
 * rows, long seed of the rotation, the segment's mean as floats; then codes row by row, then a fp16
 * factor a row. Its sum is in {@code segment.json}. Safe for any thread until closed.
 */
final class SegmentCodes implements Closeable {
  static final String FILE = "images.codes";

  /** Fewer items are scored exactly, whatever the plan. */
  static final int LEAST = 256;

  private static final byte[] MAGIC = {'F', 'I', 'L', 'I', 'P', 'C', 'O', 'D'};
  private static final int VERSION = 1;
  private static final int FIXED = 32;
  private static final long SEED = 1;

  private final Arena arena;
  private final CodeForm form;
  private final MemorySegment codes;
  private final MemorySegment factors;
  private final long[] start;

  private SegmentCodes(
      Arena arena, CodeForm form, MemorySegment codes, MemorySegment factors, long[] start) {
    this.arena = arena;
    this.form = form;
    this.codes = codes;
    this.factors = factors;
    this.start = start;
  }

  /** Writes those of all rows. */
  static void write(Path file, Tokens rows) throws IOException {
    CodeForm form = new CodeForm(CodeForm.mean(rows), SEED);
    long count = rows.count();
    short[] factors = new short[Math.toIntExact(count)];
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      out.write(head(form, count));
      int at = 0;
      for (int i = 0; i < rows.size(); i++) {
        int[] words = new int[rows.length(i) * form.words()];
        form.encode(rows.floats(i), words, 0, factors, at);
        at += rows.length(i);
        for (int word : words) {
          out.writeInt(Integer.reverseBytes(word));
        }
      }
      for (short factor : factors) {
        out.writeShort(Short.reverseBytes(factor));
      }
    }
  }

  private static byte[] head(CodeForm form, long rows) {
    int d = form.d();
    ByteBuffer head = ByteBuffer.allocate(FIXED + d * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    head.put(MAGIC).putInt(VERSION).putInt(d).putLong(rows).putLong(SEED);
    for (float value : form.mean()) {
      head.putFloat(value);
    }
    return head.array();
  }

  /**
   * Opens those of a segment.
   *
   * @param rows the rows they are of
   * @throws BadInput where they are of others, or damaged
   */
  @SuppressWarnings("MustBeClosedChecker") // closed with it
  static SegmentCodes open(Path file, Tokens rows) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return of(file, arena, all, rows);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static SegmentCodes of(Path file, Arena arena, MemorySegment all, Tokens rows) {
    BadInput.require(all.byteSize() >= FIXED, file + "", all.byteSize() + " bytes", "of codes");
    ByteBuffer head = all.asSlice(0, FIXED).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    head.get(magic);
    int version = head.getInt();
    int d = head.getInt();
    long count = head.getLong();
    long seed = head.getLong();
    boolean ours = java.util.Arrays.equals(magic, MAGIC) && version == VERSION;
    BadInput.require(ours, file + "", "another format", "codes of version " + VERSION);
    BadInput.require(
        d == rows.d() && count == rows.count(),
        file + "",
        count + " rows of " + d,
        "its segment's");
    float[] mean =
        all.asSlice(FIXED, (long) d * Float.BYTES)
            .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    CodeForm form = new CodeForm(mean, seed);
    long at = FIXED + (long) d * Float.BYTES;
    long bytes = count * form.words() * Integer.BYTES;
    BadInput.require(
        all.byteSize() == at + bytes + count * Short.BYTES,
        file + "",
        all.byteSize() + " bytes",
        "as long as its rows ask");
    long[] start = new long[rows.size() + 1];
    for (int i = 0; i < rows.size(); i++) {
      start[i + 1] = start[i] + rows.length(i);
    }
    return new SegmentCodes(
        arena, form, all.asSlice(at, bytes), all.asSlice(at + bytes, count * Short.BYTES), start);
  }

  /** Queries for these codes: the mean and so the query's form are the segment's own. */
  CodeQuery query(float[] rows, float[] weight, int... ends) {
    return form.query(rows, weight, ends);
  }

  /**
   * Estimated scores of some items.
   *
   * @param items rising
   * @param scores {@code [items, queries]}
   */
  void estimate(CodeQuery query, int[] items, float[] scores) {
    CodeScan scan = CodeScan.now();
    for (int from = 0; from < items.length; ) {
      int to = from + 1;
      while (to < items.length && items[to] == items[to - 1] + 1) {
        to++;
      }
      float[] run = new float[(to - from) * query.queries()];
      scan.scores(query, codes, factors, start, items[from], items[to - 1] + 1, run);
      System.arraycopy(run, 0, scores, from * query.queries(), run.length);
      from = to;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
