package dev.filip.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Which token won each maximum of every pair: for pair (i, j) the word of each patch, then the
 * patch of each word; one byte each up to 256 tokens, two bytes above. Off heap, reused while it is
 * large enough. Cells of different pairs may be written by different threads.
 */
final class Winners implements AutoCloseable {
  /** The most tokens an item may have. */
  static final int MOST_TOKENS = 1 << 16;

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private Arena arena = Arena.ofShared();

  private MemorySegment cells = MemorySegment.NULL;
  private boolean wide;
  private int texts;
  private int stride;

  /** Makes room for {@code images x texts} pairs of at most n and m tokens. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  void shape(int images, int textCount, int n, int m) {
    if (Math.max(n, m) > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "an item may have at most " + MOST_TOKENS + " tokens, got " + Math.max(n, m));
    }
    wide = Math.max(n, m) > 256;
    texts = textCount;
    stride = n + m;
    long bytes = bytes(images, texts, n, m);
    if (cells.byteSize() < bytes) {
      arena.close();
      arena = Arena.ofShared();
      cells = arena.allocate(bytes, 64);
    }
  }

  /** Bytes of so many pairs. */
  static long bytes(int images, int texts, int n, int m) {
    return Math.multiplyExact((long) images * texts, n + m) * (Math.max(n, m) > 256 ? 2 : 1);
  }

  /** Cell of patch 0 of pair (i, j); its words' cells follow those of its n patches. */
  long cell(int i, int j) {
    return ((long) i * texts + j) * stride;
  }

  /** Remembers pair (i, j) of n and m tokens. */
  void put(int i, int n, int j, int m, int lane, Maxima maxima) {
    long cell = cell(i, j);
    for (int k = 0; k < n; k++) {
      set(cell + k, maxima.patchWord[k * maxima.lanes + lane]);
    }
    for (int r = 0; r < m; r++) {
      set(cell + n + r, maxima.wordPatch[r * maxima.lanes + lane]);
    }
  }

  private void set(long cell, float index) {
    if (wide) {
      cells.set(ValueLayout.JAVA_SHORT, 2 * cell, (short) index);
    } else {
      cells.set(ValueLayout.JAVA_BYTE, cell, (byte) index);
    }
  }

  /** Copies so many indices from a cell on. */
  void read(long cell, int count, int[] to, int at) {
    if (wide) {
      for (int k = 0; k < count; k++) {
        to[at + k] = cells.get(ValueLayout.JAVA_SHORT, 2 * (cell + k)) & 0xffff;
      }
    } else {
      for (int k = 0; k < count; k++) {
        to[at + k] = cells.get(ValueLayout.JAVA_BYTE, cell + k) & 0xff;
      }
    }
  }

  /** Bytes held. */
  long bytes() {
    return cells.byteSize();
  }

  @Override
  public void close() {
    cells = MemorySegment.NULL;
    arena.close();
  }
}
