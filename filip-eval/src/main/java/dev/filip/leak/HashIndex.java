package dev.filip.leak;

import dev.filip.image.PerceptualHash;
import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * Finds all hashes within a distance exactly, without comparing all: 64 bits are cut into four
 * bands of 16, and hashes within 4r + 3 bits of each other are within r in one of them (multi-index
 * hashing; Norouzi et al. 2012). Filled by one thread, then read by any.
 */
final class HashIndex {
  /** The largest distance asked for: two bits in a band. */
  static final int MOST = 11;

  private static final int BANDS = 4;
  private static final int BITS = 16;
  private final List<Long> hashes = new ArrayList<>();
  private final List<Map<Integer, List<Integer>>> bands = new ArrayList<>();

  HashIndex() {
    for (int b = 0; b < BANDS; b++) {
      bands.add(new HashMap<>());
    }
  }

  /** Adds one; its number is how many were added before. */
  void add(long hash) {
    for (int b = 0; b < BANDS; b++) {
      bands.get(b).computeIfAbsent(band(hash, b), k -> new ArrayList<>(1)).add(hashes.size());
    }
    hashes.add(hash);
  }

  private static int band(long hash, int b) {
    return (int) (hash >>> b * BITS) & 0xFFFF;
  }

  /** Numbers of all within {@code most} bits, ascending. */
  List<Integer> within(long hash, int most) {
    BadInput.require(most >= 0 && most <= MOST, "--distance", most, "in [0, " + MOST + "]");
    TreeSet<Integer> found = new TreeSet<>();
    for (int b = 0; b < BANDS; b++) {
      Map<Integer, List<Integer>> table = bands.get(b);
      near(
          band(hash, b),
          most / BANDS,
          key -> {
            for (int i : table.getOrDefault(key, List.of())) {
              if (PerceptualHash.distance(hashes.get(i), hash) <= most) {
                found.add(i);
              }
            }
          });
    }
    return List.copyOf(found);
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
