package dev.filip.generate;

import java.util.Arrays;
import java.util.PriorityQueue;

/** A prefix code in deflate's canonical form, bits already turned round. Immutable. */
final class HuffmanCode {
  private final int[] lengths;
  private final int[] codes;

  private HuffmanCode(int[] lengths) {
    this.lengths = lengths;
    this.codes = canonical(lengths);
  }

  /**
   * A code for symbols that occur {@code counts[symbol]} times, no longer than {@code longest}
   * bits. With fewer than two occurring symbols another one gets a code too, so that decoders are
   * content.
   */
  static HuffmanCode of(int[] counts, int longest) {
    long[] weights = new long[counts.length];
    int used = 0;
    for (int i = 0; i < counts.length; i++) {
      weights[i] = counts[i];
      used += counts[i] > 0 ? 1 : 0;
    }
    for (int i = 0; used < 2; i++) {
      if (weights[i] == 0) {
        weights[i] = 1;
        used++;
      }
    }
    int[] lengths = lengths(weights);
    while (Arrays.stream(lengths).max().orElse(0) > longest) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] = weights[i] == 0 ? 0 : weights[i] / 2 + 1;
      }
      lengths = lengths(weights);
    }
    return new HuffmanCode(lengths);
  }

  int length(int symbol) {
    return lengths[symbol];
  }

  int code(int symbol) {
    return codes[symbol];
  }

  /** Weight and number of a tree node; ties go to the lower number, so the tree is unique. */
  private record Node(long weight, int id) implements Comparable<Node> {
    @Override
    public int compareTo(Node other) {
      int by = Long.compare(weight, other.weight);
      return by != 0 ? by : Integer.compare(id, other.id);
    }
  }

  private static int[] lengths(long[] weights) {
    int[] parent = new int[2 * weights.length];
    PriorityQueue<Node> queue = new PriorityQueue<>();
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        queue.add(new Node(weights[i], i));
      }
    }
    int next = weights.length;
    Node a = queue.remove();
    while (!queue.isEmpty()) {
      Node b = queue.remove();
      parent[a.id] = next;
      parent[b.id] = next;
      queue.add(new Node(a.weight + b.weight, next++));
      a = queue.remove();
    }
    int[] lengths = new int[weights.length];
    for (int i = 0; i < weights.length; i++) {
      for (int at = i; weights[i] > 0 && at != next - 1; at = parent[at]) {
        lengths[i]++;
      }
    }
    return lengths;
  }

  private static int[] canonical(int[] lengths) {
    int[] perLength = new int[17];
    for (int length : lengths) {
      perLength[length]++;
    }
    perLength[0] = 0;
    int[] next = new int[17];
    for (int bits = 1; bits <= 16; bits++) {
      next[bits] = (next[bits - 1] + perLength[bits - 1]) << 1;
    }
    int[] codes = new int[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] > 0) {
        codes[i] = Integer.reverse(next[lengths[i]]++) >>> (32 - lengths[i]);
      }
    }
    return codes;
  }
}
