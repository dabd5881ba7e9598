package dev.filip.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * A growing list of whole numbers, 0 at first, in chunks on the heap and, when there is no more
 * room, in a mapped file. Reading is thread-safe once nothing is set.
 */
final class Numbers {
  private static final int BITS = 18;
  private static final int CHUNK = 1 << BITS;
  private static final int FEWEST = 16;
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(CHUNK * Integer.BYTES);

  private final Overflow overflow;
  private IntBuffer[] chunks = new IntBuffer[1];
  private int count;
  private int size;

  /** Bytes that were taken of the heap. */
  private long held;

  /** Has room for none. */
  Numbers(Overflow overflow) {
    this.overflow = overflow;
  }

  /** Makes room for so many at least. */
  void reserve(int wanted) {
    if (wanted <= CHUNK) {
      if (size < wanted) {
        first(Math.min(CHUNK, Math.max(FEWEST, Integer.highestOneBit(wanted - 1) << 1)));
      }
      return;
    }
    if (size < CHUNK) {
      first(CHUNK);
    }
    while (size < wanted) {
      next();
    }
  }

  /** The first chunk is small, so that a small list is. */
  private void first(int length) {
    int[] longer = new int[length];
    if (count > 0) {
      chunks[0].get(0, longer, 0, size);
    }
    chunks[0] = IntBuffer.wrap(longer);
    count = 1;
    size = length;
  }

  private void next() {
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * count);
    }
    if (overflow.takes(CHUNK * Integer.BYTES)) {
      held += CHUNK * Integer.BYTES;
      chunks[count++] = IntBuffer.allocate(CHUNK);
    } else {
      chunks[count++] =
          overflow.block(ZEROS.duplicate()).order(ByteOrder.nativeOrder()).asIntBuffer();
    }
    size = Math.addExact(size, CHUNK);
  }

  /** How many there is room for. */
  int size() {
    return size;
  }

  int get(int place) {
    return chunks[place >>> BITS].get(place & CHUNK - 1);
  }

  void set(int place, int number) {
    chunks[place >>> BITS].put(place & CHUNK - 1, number);
  }

  /** Sets one at the end, and makes room for it. */
  void put(int place, int number) {
    if (place >= size) {
      reserve(place + 1);
    }
    set(place, number);
  }

  /** Gives the heap's bytes back; nothing is read any more. */
  void drop() {
    overflow.free(held);
    held = 0;
    chunks = new IntBuffer[1];
    count = 0;
    size = 0;
  }
}
