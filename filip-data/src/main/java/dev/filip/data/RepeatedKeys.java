package dev.filip.data;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which samples have a key that an earlier one had, found by 64-bit hashes of the keys. Not for
 * sources beyond a few million samples: it gives up there. Reading is thread-safe.
 */
final class RepeatedKeys {
  private static final int MOST = 4_000_000;

  private final BitSet repeated = new BitSet();
  private long[] seen = new long[1 << 10];
  private int count;
  private long samples;

  /** Adds the next shard's samples. */
  void add(ShardTable table) {
    for (int i = 0; i < table.size() && samples + i < MOST; i++) {
      if (!add(table.keyHash(i))) {
        repeated.set((int) samples + i);
      }
    }
    samples += table.size();
  }

  private boolean add(long hash) {
    long value = hash == 0 ? 1 : hash;
    if (2 * count >= seen.length) {
      grow();
    }
    int slot = (int) value & seen.length - 1;
    while (seen[slot] != 0) {
      if (seen[slot] == value) {
        return false;
      }
      slot = slot + 1 & seen.length - 1;
    }
    seen[slot] = value;
    count++;
    return true;
  }

  private void grow() {
    long[] old = seen;
    seen = new long[2 * old.length];
    count = 0;
    for (long value : old) {
      if (value != 0) {
        add(value);
      }
    }
  }

  /** This without what only adding needs; null where there were too many samples. */
  @Nullable RepeatedKeys packed() {
    seen = new long[0];
    return samples <= MOST ? this : null;
  }

  /** Whether sample {@code index} of the source repeats a key. */
  boolean has(long index) {
    return repeated.get((int) index);
  }
}
