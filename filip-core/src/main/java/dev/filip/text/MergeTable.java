package dev.filip.text;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The merges of a BPE: which pairs of pieces become one, and which pair goes first. Immutable after
 * it is built, thread-safe.
 */
final class MergeTable {
  // above this many pieces the quadratic scan gives way to a queue
  private static final int SCAN = 64;
  private static final long NONE = -1;
  private final long[] keys;
  private final int[] ranks;
  private final int[] results;

  /** Merge r joins pieces {@code left[r]} and {@code right[r]} to {@code result[r]}. */
  MergeTable(int[] left, int[] right, int[] result) {
    int capacity = Integer.highestOneBit(Math.max(8, left.length * 2)) * 2;
    keys = new long[capacity];
    ranks = new int[capacity];
    results = new int[capacity];
    Arrays.fill(keys, NONE);
    for (int rank = 0; rank < left.length; rank++) {
      int slot = slot(key(left[rank], right[rank]));
      // a pair given twice has its last rank, as in a hash map filled in order
      keys[slot] = key(left[rank], right[rank]);
      ranks[slot] = rank;
      results[slot] = result[rank];
    }
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & keys.length - 1;
    while (keys[slot] != NONE && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }

  /** The slot of a pair's merge, or -1. */
  private int find(int left, int right) {
    if (left < 0 || right < 0) {
      return -1;
    }
    int slot = slot(key(left, right));
    return keys[slot] == NONE ? -1 : slot;
  }

  /**
   * Merges the pieces of one word: always the pair of lowest rank, the leftmost of equals. The
   * array is used up.
   */
  int[] merge(int[] pieces) {
    return pieces.length <= SCAN ? scan(pieces) : queue(pieces);
  }

  /** The plain form: look at all pairs each time. */
  int[] scan(int[] pieces) {
    int n = pieces.length;
    while (n > 1) {
      int best = -1;
      int at = -1;
      for (int i = 0; i + 1 < n; i++) {
        int slot = find(pieces[i], pieces[i + 1]);
        if (slot >= 0 && (best < 0 || ranks[slot] < ranks[best])) {
          best = slot;
          at = i;
        }
      }
      if (best < 0) {
        break;
      }
      pieces[at] = results[best];
      System.arraycopy(pieces, at + 2, pieces, at + 1, n - at - 2);
      n--;
    }
    return n == pieces.length ? pieces : Arrays.copyOf(pieces, n);
  }

  private record Candidate(int rank, int at, int left, int right) {}

  /** The same by a priority queue over a linked list: for long words. */
  int[] queue(int[] pieces) {
    int n = pieces.length;
    int[] next = new int[n];
    int[] previous = new int[n];
    PriorityQueue<Candidate> queue =
        new PriorityQueue<>(
            (a, b) -> a.rank != b.rank ? Integer.compare(a.rank, b.rank) : a.at - b.at);
    for (int i = 0; i < n; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (int i = 0; i + 1 < n; i++) {
      offer(queue, pieces, i, i + 1);
    }
    while (!queue.isEmpty()) {
      Candidate best = queue.remove();
      int second = pieces[best.at] == best.left ? next[best.at] : n;
      if (second == n || pieces[second] != best.right) {
        continue;
      }
      pieces[best.at] = results[find(best.left, best.right)];
      pieces[second] = -2;
      link(next, previous, best.at, next[second]);
      if (next[best.at] < n) {
        offer(queue, pieces, best.at, next[best.at]);
      }
      if (previous[best.at] >= 0) {
        offer(queue, pieces, previous[best.at], best.at);
      }
    }
    return Arrays.stream(pieces).filter(piece -> piece != -2).toArray();
  }

  private static void link(int[] next, int[] previous, int left, int right) {
    next[left] = right;
    if (right < next.length) {
      previous[right] = left;
    }
  }

  private void offer(PriorityQueue<Candidate> queue, int[] pieces, int left, int right) {
    int slot = find(pieces[left], pieces[right]);
    if (slot >= 0) {
      queue.add(new Candidate(ranks[slot], left, pieces[left], pieces[right]));
    }
  }
}
