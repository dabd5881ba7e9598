package dev.filip.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Bytes of a pickle with a position; reading beyond the end is {@link BadPickle}. Used by one
 * thread.
 */
public final class PickleInput {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int MAX_LINE = 4096;

  private final MemorySegment bytes;
  private long at;

  /** From the first byte on. */
  public PickleInput(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /** Bytes read so far. */
  public long position() {
    return at;
  }

  long remaining() {
    return bytes.byteSize() - at;
  }

  /** Where the next {@code size} bytes begin; steps over them. */
  private long next(long size) {
    if (size < 0 || size > remaining()) {
      throw new BadPickle(
          "wants " + size + " bytes at " + at + " where " + remaining() + " are left: truncated?");
    }
    long from = at;
    at += size;
    return from;
  }

  /** Steps over bytes. */
  public void skip(long size) {
    next(size);
  }

  int u8() {
    return bytes.get(ValueLayout.JAVA_BYTE, next(1)) & 0xFF;
  }

  int u16() {
    return u8() | u8() << 8;
  }

  int i32() {
    return bytes.get(INT, next(4));
  }

  /** A little-endian number of eight bytes. */
  public long i64() {
    return bytes.get(LONG, next(8));
  }

  double f64() {
    return bytes.get(DOUBLE, next(8));
  }

  byte[] take(long size) {
    return bytes.asSlice(next(size), size).toArray(ValueLayout.JAVA_BYTE);
  }

  String text(long size) {
    return text(size, StandardCharsets.UTF_8);
  }

  String text(long size, Charset charset) {
    return new String(take(size), charset);
  }

  /** A short line: up to the next line end. */
  String line() {
    String line = longLine();
    if (line.length() > MAX_LINE) {
      throw new BadPickle("has a line longer than " + MAX_LINE + " bytes");
    }
    return line;
  }

  /** A line of any length, its bytes as ISO-8859-1; without the line end. */
  String longLine() {
    long from = at;
    while (u8() != '\n') {} // u8 ends at the end
    byte[] line = bytes.asSlice(from, at - 1 - from).toArray(ValueLayout.JAVA_BYTE);
    return new String(line, StandardCharsets.ISO_8859_1);
  }

  /** A two's complement number of that many bytes: Long where it fits. */
  Object number(long size) {
    if (size > 1024) {
      throw new BadPickle("has a number of " + size + " bytes");
    }
    byte[] little = take(size);
    byte[] big = new byte[little.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = little[little.length - 1 - i];
    }
    BigInteger value = big.length == 0 ? BigInteger.ZERO : new BigInteger(big);
    return value.bitLength() < 64 ? (Object) value.longValue() : value;
  }
}
