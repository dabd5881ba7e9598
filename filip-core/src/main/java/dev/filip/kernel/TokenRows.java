package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Token vectors of several items wherever they lie, heap or native: item i owns {@code length[i]}
 * rows of d floats from row {@code start[i]} of {@code rows}. Borrowed, not copied: rows that no
 * item owns are never read.
 */
public record TokenRows(MemorySegment rows, int d, int[] start, int[] length) {
  public TokenRows {
    if (d < 1 || start.length != length.length) {
      throw new IllegalArgumentException(
          "width must be at least 1 and each item must have a start and a length, got d "
              + d
              + ", "
              + start.length
              + " starts, "
              + length.length
              + " lengths");
    }
    long held = rows.byteSize() / ((long) Float.BYTES * d);
    for (int i = 0; i < start.length; i++) {
      if (length[i] < 1 || start[i] < 0 || (long) start[i] + length[i] > held) {
        throw new IllegalArgumentException(
            "item "
                + i
                + " must own at least one of "
                + held
                + " rows, got start "
                + start[i]
                + " and length "
                + length[i]);
      }
    }
  }

  /** A tensor {@code [items, tokens, d]} of which item i has {@code length[i]} valid tokens. */
  public static TokenRows padded(MemorySegment rows, int tokens, int d, int[] length) {
    int[] start = new int[length.length];
    for (int i = 0; i < start.length; i++) {
      start[i] = Math.multiplyExact(i, tokens);
    }
    return new TokenRows(rows, d, start, length);
  }

  /** The rows of a set. */
  public static TokenRows of(TokenSet set) {
    int[] start = new int[set.size()];
    int[] length = new int[set.size()];
    for (int i = 0; i < start.length; i++) {
      start[i] = set.start()[i];
      length[i] = set.tokens(i);
    }
    return new TokenRows(MemorySegment.ofArray(set.rows()), set.d(), start, length);
  }

  /** Items {@code from} to {@code to}, at the same place. */
  TokenRows part(int from, int to) {
    return new TokenRows(
        rows, d, Arrays.copyOfRange(start, from, to), Arrays.copyOfRange(length, from, to));
  }

  /** Items. */
  public int size() {
    return start.length;
  }

  /** Tokens of the longest item, 0 without items. */
  public int longest() {
    int most = 0;
    for (int l : length) {
      most = Math.max(most, l);
    }
    return most;
  }

  /** Copies some tokens of item i into an array. */
  void copy(int i, int token, int count, float[] to, int at) {
    long from = ((long) start[i] + token) * d * Float.BYTES;
    MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT_UNALIGNED, from, to, at, count * d);
  }
}
