package dev.filip.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing list of texts as UTF-8 in a few large arrays: about the texts' bytes and 12 more for
 * each, and no object for any of them. Reading is thread-safe once nothing is added.
 */
final class PackedTexts {
  private static final int CHUNK = 1 << 22;
  private static final long MIXER = 0x9E3779B97F4A7C15L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[][] chunks = new byte[1][];
  private int chunk = -1;
  private int used;

  /** Chunk number and place in it, of each text. */
  private long[] starts = new long[16];

  private int[] lengths = new int[16];
  private int size;

  int size() {
    return size;
  }

  /** Adds a text and gives its number. */
  int add(byte[] utf8) {
    return add(utf8, 0, utf8.length);
  }

  /** Adds the text that lies in {@code bytes} and gives its number. */
  int add(byte[] bytes, int from, int length) {
    room(length);
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, grown(size));
      lengths = Arrays.copyOf(lengths, starts.length);
    }
    System.arraycopy(bytes, from, chunks[chunk], used, length);
    starts[size] = (long) chunk << 32 | used;
    lengths[size] = length;
    used += length;
    return size++;
  }

  int add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Half as much again. */
  static int grown(int size) {
    return Math.addExact(size, Math.max(16, size >> 1));
  }

  private void room(int length) {
    if (chunk >= 0 && used + (long) length <= chunks[chunk].length) {
      return;
    }
    chunk++;
    if (chunk == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunk);
    }
    // the first chunks are small, so that a small list is
    chunks[chunk] = new byte[Math.max(length, Math.min(CHUNK, 4096 << Math.min(chunk, 10)))];
    used = 0;
  }

  String get(int index) {
    long start = starts[index];
    byte[] bytes = chunks[(int) (start >>> 32)];
    return new String(bytes, (int) start, lengths[index], StandardCharsets.UTF_8);
  }

  /** Whether text {@code index} is the one that lies in {@code utf8}. */
  boolean equal(int index, byte[] utf8, int at, int length) {
    int from = (int) starts[index];
    byte[] bytes = chunks[(int) (starts[index] >>> 32)];
    return Arrays.equals(bytes, from, from + lengths[index], utf8, at, at + length);
  }

  /** Whether all characters are ASCII. */
  static boolean isAscii(byte[] bytes, int from, int length) {
    long any = 0;
    int i = from;
    for (; i <= from + length - Long.BYTES; i += Long.BYTES) {
      any |= (long) LONGS.get(bytes, i);
    }
    for (; i < from + length; i++) {
      any |= bytes[i];
    }
    return (any & HIGH_BITS) == 0;
  }

  /** A hash of text {@code index}: that of {@link #hash(byte[], int, int)}. */
  long hash(int index) {
    int from = (int) starts[index];
    return hash(chunks[(int) (starts[index] >>> 32)], from, lengths[index]);
  }

  /** 64 bits, well mixed: two different ones of a few million texts hardly ever meet. */
  static long hash(byte[] bytes, int from, int length) {
    long hash = 0xCBF29CE484222325L ^ length;
    int i = from;
    for (; i <= from + length - Long.BYTES; i += Long.BYTES) {
      hash = (hash ^ (long) LONGS.get(bytes, i)) * MIXER;
      hash ^= hash >>> 29;
    }
    for (; i < from + length; i++) {
      hash = (hash ^ bytes[i]) * MIXER;
      hash ^= hash >>> 29;
    }
    hash = (hash ^ hash >>> 32) * 0xBF58476D1CE4E5B9L;
    return hash ^ hash >>> 29;
  }
}
