package dev.filip.curate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One code of bits for each image that stays, scanned for those nearest to some others. Filled by
 * one thread, then read by any. {@code words * 4 + 4} bytes an image.
 */
final class TwinCodes {
  /** Codes that are looked at by several queries while they are in cache. */
  private static final int TILE = 2048;

  private final int words;
  private final int[] codes;
  private final int[] items;
  private int count;

  /**
   * @param words of a code
   * @param most codes that will be added
   */
  TwinCodes(int words, int most) {
    this.words = words;
    this.codes = new int[Math.multiplyExact(words, most)];
    this.items = new int[most];
  }

  /** Adds the code at word {@code at} for an item, whose number is above all before. */
  void add(int[] from, int at, int item) {
    System.arraycopy(from, at, codes, count * words, words);
    items[count++] = item;
  }

  /** Forgets all. */
  void clear() {
    count = 0;
  }

  /**
   * Items within {@code bits} of a code, at most {@code most} of them: the nearest, of those as
   * near the first ones.
   *
   * @param queries codes, back to back
   * @param which of them
   * @return for each of {@code which}, numbers of items ascending
   */
  List<int[]> nearest(int[] queries, int[] which, int bits, int most) {
    List<Nearest> found = new ArrayList<>();
    for (int query : which) {
      found.add(new Nearest(queries, query * words, bits, most));
    }
    for (int from = 0; from < count; from += TILE) {
      int to = Math.min(count, from + TILE);
      for (Nearest nearest : found) {
        nearest.scan(from, to);
      }
    }
    return found.stream().map(Nearest::items).toList();
  }

  /** Bits in which two codes differ. */
  static int distance(int[] one, int at, int[] other, int otherAt, int words) {
    int bits = 0;
    for (int w = 0; w < words; w++) {
      bits += Integer.bitCount(one[at + w] ^ other[otherAt + w]);
    }
    return bits;
  }

  /**
   * The nearest so far, each as distance and place; cut to as many as asked when there is no room.
   */
  private final class Nearest {
    private final int[] queries;
    private final int at;
    private final int most;
    private final long[] found;
    private int bound;
    private int size;

    Nearest(int[] queries, int at, int bits, int most) {
      this.queries = queries;
      this.at = at;
      this.bound = bits;
      this.most = most;
      this.found = new long[2 * most];
    }

    void scan(int from, int to) {
      for (int i = from; i < to; i++) {
        int bits = distance(queries, at, codes, i * words, words);
        if (bits <= bound) {
          found[size++] = (long) bits << Integer.SIZE | i;
          if (size == found.length) {
            cut();
          }
        }
      }
    }

    /** What comes later and is as far as the last of them is behind it. */
    private void cut() {
      Arrays.sort(found, 0, size);
      size = Math.min(size, most);
      if (size == most) {
        bound = (int) (found[most - 1] >>> Integer.SIZE) - 1;
      }
    }

    int[] items() {
      cut();
      int[] all = new int[size];
      for (int i = 0; i < size; i++) {
        all[i] = items[(int) found[i]];
      }
      Arrays.sort(all);
      return all;
    }
  }
}
