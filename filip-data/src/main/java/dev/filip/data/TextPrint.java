package dev.filip.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * 128 bits of a text, by which it is known again: MurmurHash3's x64 variant with seed 0 over its
 * UTF-8. That two of 10^9 texts share them has a chance below 10^-20, unless somebody makes such
 * texts. Holds those of the last text; used by one thread.
 */
final class TextPrint {
  private static final long C1 = 0x87C37B91114253D5L;
  private static final long C2 = 0x4CF5AD432745937FL;
  private static final int BLOCK = 16;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long high;
  private long low;

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  void of(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    of(utf8, 0, utf8.length);
  }

  void of(byte[] bytes, int from, int length) {
    long h1 = 0;
    long h2 = 0;
    int at = from;
    for (; at <= from + length - BLOCK; at += BLOCK) {
      h1 = Long.rotateLeft(h1 ^ first((long) LONGS.get(bytes, at)), 27) + h2;
      h1 = h1 * 5 + 0x52DCE729;
      h2 = Long.rotateLeft(h2 ^ second((long) LONGS.get(bytes, at + Long.BYTES)), 31) + h1;
      h2 = h2 * 5 + 0x38495AB5;
    }
    int end = from + length;
    h2 ^= second(rest(bytes, at + Long.BYTES, end)) ^ length;
    h1 ^= first(rest(bytes, at, Math.min(end, at + Long.BYTES))) ^ length;
    h1 += h2;
    h2 += h1;
    h1 = mixed(h1);
    h2 = mixed(h2);
    high = h1 + h2;
    low = h2 + high;
  }

  /** The bytes from {@code from} to {@code end}, at most eight, the first one lowest. */
  private static long rest(byte[] bytes, int from, int end) {
    long rest = 0;
    for (int i = end - 1; i >= from; i--) {
      rest = rest << Byte.SIZE | bytes[i] & 0xFF;
    }
    return rest;
  }

  private static long first(long block) {
    return Long.rotateLeft(block * C1, 31) * C2;
  }

  private static long second(long block) {
    return Long.rotateLeft(block * C2, 33) * C1;
  }

  private static long mixed(long value) {
    long z = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
    z = (z ^ z >>> 33) * 0xC4CEB9FE1A85EC53L;
    return z ^ z >>> 33;
  }
}
