package dev.filip.generate;

import java.util.Arrays;

/** Bits, lowest first, into bytes. Not thread-safe. */
final class BitSink {
  private byte[] bytes;
  private int size;
  private long held;
  private int count;

  BitSink(int expected) {
    bytes = new byte[expected];
  }

  /** The lowest {@code n} (0 to 16) bits of {@code value}. */
  void bits(int value, int n) {
    held |= (long) value << count;
    count += n;
    while (count >= 8) {
      put();
    }
  }

  /** All bytes; the last one is filled up with zeros. */
  byte[] bytes() {
    if (count > 0) {
      put();
    }
    return Arrays.copyOf(bytes, size);
  }

  private void put() {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * size + 16);
    }
    bytes[size++] = (byte) held;
    held >>>= 8;
    count = Math.max(0, count - 8);
  }
}
