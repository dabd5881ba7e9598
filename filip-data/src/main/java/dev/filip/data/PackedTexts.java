package dev.filip.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing list of texts as UTF-8 in a few large arrays, and in a mapped file when there is no
 * more room for them on the heap: about the texts' bytes and 12 more for each, and no object for
 * any of them. Reading is thread-safe once nothing is added.
 */
final class PackedTexts {
  private static final int CHUNK = 1 << 22;
  private static final long MIXER = 0x9E3779B97F4A7C15L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Overflow overflow;
  private ByteBuffer[] chunks = new ByteBuffer[1];
  private int chunk = -1;

  /** The last chunk, which is filled. */
  private byte[] last = new byte[0];

  private int used;

  // of each text: chunk number, place in it, bytes
  private final Numbers holders;
  private final Numbers starts;
  private final Numbers lengths;
  private int size;

  PackedTexts() {
    this(new Overflow());
  }

  /**
   * @param overflow what takes what is too much for the heap
   */
  PackedTexts(Overflow overflow) {
    this.overflow = overflow;
    this.holders = new Numbers(overflow);
    this.starts = new Numbers(overflow);
    this.lengths = new Numbers(overflow);
  }

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
    System.arraycopy(bytes, from, last, used, length);
    holders.put(size, chunk);
    starts.put(size, used);
    lengths.put(size, length);
    used += length;
    return size++;
  }

  int add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  private void room(int length) {
    if (chunk >= 0 && used + (long) length <= last.length) {
      return;
    }
    boolean moved = chunk >= 0 && !overflow.takes(last.length);
    if (moved) {
      chunks[chunk] = overflow.block(ByteBuffer.wrap(last, 0, used));
    }
    chunk++;
    if (chunk == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunk);
    }
    // the first chunks are small, so that a small list is
    int wanted = Math.max(length, Math.min(CHUNK, 4096 << Math.min(chunk, 10)));
    last = moved && last.length == wanted ? last : new byte[wanted];
    chunks[chunk] = ByteBuffer.wrap(last);
    used = 0;
  }

  String get(int index) {
    ByteBuffer bytes = chunks[holders.get(index)];
    int start = starts.get(index);
    int length = lengths.get(index);
    return bytes.hasArray()
        ? new String(bytes.array(), start, length, StandardCharsets.UTF_8)
        : new String(copy(bytes, start, length), StandardCharsets.UTF_8);
  }

  private static byte[] copy(ByteBuffer bytes, int start, int length) {
    byte[] copy = new byte[length];
    bytes.get(start, copy);
    return copy;
  }

  /** Whether text {@code index} is the one that lies in {@code utf8}. */
  boolean equal(int index, byte[] utf8, int at, int length) {
    if (lengths.get(index) != length) {
      return false;
    }
    ByteBuffer bytes = chunks[holders.get(index)];
    int start = starts.get(index);
    for (int i = length - 1; i >= 0; i--) { // paths differ near their ends
      if (bytes.get(start + i) != utf8[at + i]) {
        return false;
      }
    }
    return true;
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
    int length = lengths.get(index);
    return hash(copy(chunks[holders.get(index)], starts.get(index), length), 0, length);
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
