package dev.filip.image;

import dev.filip.io.BadInput;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * Finds all hashes within a distance exactly, without comparing all: 64 bits are cut into four
 * bands of 16, and hashes within 4r + 3 bits of each other are within r in one of them (multi-index
 * hashing; Norouzi et al. 2012). 24 to 48 bytes a hash, beside 1 MB. Filled by one thread, then
 * read by any.
 */
public final class HashIndex {
  /** The largest distance asked for: two bits in a band. */
  public static final int MOST = 11;

  private static final int BANDS = 4;
  private static final int BITS = 16;
  private static final int NONE = -1;
  private final int[][] last = new int[BANDS][1 << BITS];
  private final int[][] before = new int[BANDS][1 << 10];
  private long[] hashes = new long[1 << 10];
  private int count;

  /** An empty one. */
  public HashIndex() {
    for (int[] band : last) {
      Arrays.fill(band, NONE);
    }
  }

  /** Adds one; its number is how many were added before. */
  public void add(long hash) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
      for (int b = 0; b < BANDS; b++) {
        before[b] = Arrays.copyOf(before[b], 2 * count);
      }
    }
    for (int b = 0; b < BANDS; b++) {
      before[b][count] = last[b][band(hash, b)];
      last[b][band(hash, b)] = count;
    }
    hashes[count++] = hash;
  }

  /** Hashes added so far. */
  public int size() {
    return count;
  }

  /** The hash of this number. */
  public long get(int number) {
    return hashes[number];
  }

  private static int band(long hash, int b) {
    return (int) (hash >>> b * BITS) & 0xFFFF;
  }

  /** Numbers of all within {@code most} bits, ascending. */
  public List<Integer> within(long hash, int most) {
    TreeSet<Integer> found = new TreeSet<>();
    each(hash, most, found::add);
    return List.copyOf(found);
  }

  /** The lowest number within {@code most} bits; -1 where there is none. */
  public int first(long hash, int most) {
    int[] least = {Integer.MAX_VALUE};
    each(hash, most, i -> least[0] = Math.min(least[0], i));
    return least[0] == Integer.MAX_VALUE ? NONE : least[0];
  }

  /** Numbers within {@code most} bits; one may come several times. */
  private void each(long hash, int most, IntConsumer take) {
    BadInput.require(most >= 0 && most <= MOST, "--distance", most, "in [0, " + MOST + "]");
    for (int b = 0; b < BANDS; b++) {
      int[] chain = before[b];
      int[] heads = last[b];
      near(
          band(hash, b),
          most / BANDS,
          key -> {
            for (int i = heads[key]; i != NONE; i = chain[i]) {
              if (PerceptualHash.distance(hashes[i], hash) <= most) {
                take.accept(i);
              }
            }
          });
    }
  }

  /** All bands within {@code radius} (0, 1 or 2) bits of one. */
  private static void near(int key, int radius, IntConsumer take) {
    take.accept(key);
    for (int i = 0; radius > 0 && i < BITS; i++) {
      take.accept(key ^ 1 << i);
      for (int j = i + 1; radius > 1 && j < BITS; j++) {
        take.accept(key ^ 1 << i ^ 1 << j);
      }
    }
  }
}
