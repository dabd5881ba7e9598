package dev.filip.generate;

import java.util.List;

/**
 * A random stream keyed by numbers: the same keys give the same throws on every machine and Java
 * version (SplitMix64, Steele, Lea and Flood 2014). Not thread-safe; each sample has its own.
 */
final class Dice {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private long state;

  Dice(long... keys) {
    long s = 0x2545F4914F6CDD1DL;
    for (long key : keys) {
      s = mix(s ^ mix(key + GAMMA));
    }
    state = s;
  }

  /** 64 well mixed bits of {@code z}. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  long next() {
    state += GAMMA;
    return mix(state);
  }

  /** Uniform in 0 to n-1. */
  int below(int n) {
    return (int) (((next() >>> 32) * n) >>> 32);
  }

  /** Uniform in [0, 1). */
  double unit() {
    return (next() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [from, to). */
  double between(double from, double to) {
    return from + (to - from) * unit();
  }

  boolean coin() {
    return next() < 0;
  }

  <T> T pick(List<T> from) {
    return from.get(below(from.size()));
  }

  <T> T pick(T[] from) {
    return from[below(from.length)];
  }

  /** A random order of 0 to n-1. */
  int[] order(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
