package dev.filip.tokens;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Token vectors of several items: item i owns {@link #length} rows of d numbers from row {@link
 * #start} of a segment, which may be an array, native memory or a mapped file; rows that no item
 * owns are never read. Row numbers and bytes are longs, so that a mapped file may hold any number
 * of rows. The rows are borrowed, not copied: whoever holds them must not write to them, and where
 * their arena closes, reading fails. Everything else cannot change. Safe for any thread.
 */
public final class Tokens {
  /** What numbers are, in the machine's byte order. */
  public enum Type {
    FP32(Float.BYTES),
    BF16(Short.BYTES);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    /** {@code fp32} or {@code bf16}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Bytes of a number. */
    public int bytes() {
      return bytes;
    }
  }

  /** Up to so many bytes a copy lies on the heap, beyond in native memory. */
  private static final long MOST_HEAP = 1L << 30;

  private final MemorySegment rows;
  private final Type type;
  private final int d;
  private final long[] start;
  private final int[] length;
  private final int first;
  private final int size;

  /** Found when it is first asked for; two threads find the same. */
  private int longest = -1;

  private Tokens(
      MemorySegment rows, Type type, int d, long[] start, int[] length, int first, int size) {
    this.rows = rows;
    this.type = type;
    this.d = d;
    this.start = start;
    this.length = length;
    this.first = first;
    this.size = size;
  }

  /** Of starts and lengths that nobody else holds. */
  private static Tokens checked(MemorySegment rows, Type type, int d, long[] start, int[] length) {
    if (d < 1) {
      throw new IllegalArgumentException("width must be at least 1, got " + d);
    }
    long held = rows.byteSize() / ((long) type.bytes * d);
    for (int i = 0; i < start.length; i++) {
      if (length[i] < 1 || start[i] < 0 || start[i] > held - length[i]) {
        throw new IllegalArgumentException(
            "item "
                + i
                + " must own at least one token of "
                + held
                + " rows, got start "
                + start[i]
                + " and length "
                + length[i]);
      }
    }
    return new Tokens(rows.asReadOnly(), type, d, start, length, 0, start.length);
  }

  /** A tensor {@code [items, tokens, d]} of which item i has {@code length[i]} valid tokens. */
  public static Tokens padded(MemorySegment rows, Type type, int tokens, int d, int[] length) {
    long[] start = new long[length.length];
    for (int i = 0; i < start.length; i++) {
      start[i] = (long) i * tokens;
      if (length[i] > tokens) {
        throw new IllegalArgumentException(
            "item " + i + " must have at most " + tokens + " tokens, got " + length[i]);
      }
    }
    return checked(rows, type, d, start, length.clone());
  }

  /**
   * Items back to back, which fill {@code rows}.
   *
   * @param length tokens of each
   */
  public static Tokens packed(MemorySegment rows, Type type, int d, int... length) {
    long[] start = new long[length.length];
    long all = 0;
    for (int i = 0; i < start.length; i++) {
      start[i] = all;
      all += length[i];
    }
    if (rows.byteSize() != Math.multiplyExact(all, (long) type.bytes * d)) {
      throw new IllegalArgumentException(
          "rows must hold "
              + all
              + " tokens of width "
              + d
              + " in "
              + type
              + ", got "
              + rows.byteSize()
              + " bytes");
    }
    return checked(rows, type, d, start, length.clone());
  }

  /** The same of floats. */
  public static Tokens packed(float[] rows, int d, int... length) {
    return packed(MemorySegment.ofArray(rows), Type.FP32, d, length);
  }

  /** Items of as many tokens each, which fill {@code rows}. */
  public static Tokens uniform(MemorySegment rows, Type type, int d, int tokens, int items) {
    int[] length = new int[items];
    Arrays.fill(length, tokens);
    return packed(rows, type, d, length);
  }

  /** One row an item, such as what stands for a whole picture. */
  public static Tokens ofRows(float[] rows, int d) {
    return uniform(MemorySegment.ofArray(rows), Type.FP32, d, 1, rows.length / Math.max(1, d));
  }

  /** Room for so many rows, all 0: an array, or native memory where that gets large. */
  public static MemorySegment room(Type type, int d, long rows) {
    long numbers = Math.multiplyExact(rows, (long) d);
    long bytes = Math.multiplyExact(numbers, (long) type.bytes);
    if (bytes > MOST_HEAP) {
      return Arena.ofAuto().allocate(bytes, 64);
    }
    return type == Type.FP32
        ? MemorySegment.ofArray(new float[(int) numbers])
        : MemorySegment.ofArray(new short[(int) numbers]);
  }

  /** Items. */
  public int size() {
    return size;
  }

  /** Numbers of a row. */
  public int d() {
    return d;
  }

  /** What they are. */
  public Type type() {
    return type;
  }

  /** The row of the segment that item i begins with. */
  public long start(int i) {
    return start[at(i)];
  }

  /** Tokens of item i. */
  public int length(int i) {
    return length[at(i)];
  }

  private int at(int i) {
    return first + Objects.checkIndex(i, size);
  }

  /** Tokens of the longest item, 0 without items. */
  public int longest() {
    int most = longest;
    if (most < 0) {
      most = 0;
      for (int i = 0; i < size; i++) {
        most = Math.max(most, length(i));
      }
      longest = most;
    }
    return most;
  }

  /** Tokens of all items. */
  public long count() {
    long count = 0;
    for (int i = 0; i < size; i++) {
      count += length(i);
    }
    return count;
  }

  /** Items {@code from} to {@code to}, at the same place. */
  public Tokens slice(int from, int to) {
    Objects.checkFromToIndex(from, to, size);
    return new Tokens(rows, type, d, start, length, first + from, to - from);
  }

  /** The same items without their first {@code tokens}, at the same place. */
  public Tokens from(int tokens) {
    long[] starts = new long[size];
    int[] lengths = new int[size];
    for (int i = 0; i < size; i++) {
      starts[i] = start(i) + tokens;
      lengths[i] = length(i) - tokens;
    }
    return checked(rows, type, d, starts, lengths);
  }

  /** All rows where they lie, read-only: row r begins at byte {@code r * d * type.bytes}. */
  public MemorySegment rows() {
    return rows;
  }

  /** The rows of item i where they lie, read-only. */
  public MemorySegment item(int i) {
    long row = (long) d * type.bytes;
    return rows.asSlice(start(i) * row, length(i) * row);
  }

  /** Copies some tokens of item i into an array, as floats. */
  public void copy(int i, int token, int count, float[] to, int at) {
    long from = (start(i) + token) * d * type.bytes;
    int numbers = count * d;
    if (type == Type.FP32) {
      MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT_UNALIGNED, from, to, at, numbers);
    } else {
      widen(from, to, at, numbers);
    }
  }

  private void widen(long from, float[] to, int at, int numbers) {
    for (int c = 0; c < numbers; c++) {
      to[at + c] =
          Bf16.value(rows.get(ValueLayout.JAVA_SHORT_UNALIGNED, from + (long) c * Short.BYTES));
    }
  }

  /** The rows of item i as floats, {@code [length(i), d]}, copied. */
  public float[] floats(int i) {
    float[] to = new float[Math.multiplyExact(length(i), d)];
    copy(i, 0, length(i), to, 0);
    return to;
  }

  /** The rows of all items as floats, back to back, copied; they must fit an array. */
  public float[] floats() {
    float[] to = new float[Math.toIntExact(Math.multiplyExact(count(), (long) d))];
    int at = 0;
    for (int i = 0; i < size; i++) {
      copy(i, 0, length(i), to, at);
      at += length(i) * d;
    }
    return to;
  }

  /** The same numbers in a type, bf16 rounded to the nearest: a copy unless they are in it. */
  public Tokens as(Type other) {
    if (other == type) {
      return this;
    }
    Builder builder = new Builder(other, d);
    builder.add(this);
    return builder.build();
  }

  /** Writes item i in a type from a byte on. */
  private void write(int i, Type as, MemorySegment to, long at) {
    if (as == type) {
      MemorySegment item = item(i);
      MemorySegment.copy(item, 0, to, at, item.byteSize());
      return;
    }
    float[] row = new float[d];
    short[] half = new short[as == Type.BF16 ? d : 0];
    for (int k = 0; k < length(i); k++, at += (long) d * as.bytes) {
      copy(i, k, 1, row, 0);
      if (as == Type.FP32) {
        MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, at, d);
      } else {
        for (int c = 0; c < d; c++) {
          half[c] = Bf16.of(row[c]);
        }
        MemorySegment.copy(half, 0, to, ValueLayout.JAVA_SHORT_UNALIGNED, at, d);
      }
    }
  }

  /**
   * Puts items of many parts one behind the other. What is added is held, and copied once, when it
   * is built. Used by one thread.
   */
  public static final class Builder {
    private final Type type;
    private final int d;
    private final List<Tokens> parts = new ArrayList<>();

    /**
     * @param type in which they are kept
     */
    public Builder(Type type, int d) {
      this.type = type;
      this.d = d;
    }

    /** All items of {@code part}, behind those so far. */
    public Builder add(Tokens part) {
      if (part.d != d) {
        throw new IllegalArgumentException(
            "items put together must have one width, got " + d + " and " + part.d);
      }
      parts.add(part);
      return this;
    }

    /** All of them. */
    public Tokens build() {
      long rows = parts.stream().mapToLong(Tokens::count).sum();
      int[] length = new int[Math.toIntExact(parts.stream().mapToLong(Tokens::size).sum())];
      MemorySegment to = room(type, d, rows);
      long at = 0;
      int item = 0;
      for (Tokens part : parts) {
        for (int i = 0; i < part.size; i++) {
          part.write(i, type, to, at);
          length[item++] = part.length(i);
          at += (long) part.length(i) * part.d * type.bytes;
        }
      }
      return packed(to, type, d, length);
    }
  }
}
