package dev.filip.data;

import java.util.SplittableRandom;

/** Random streams named by numbers: the same numbers give the same stream, whatever came before. */
final class Keyed {
  private Keyed() {}

  static SplittableRandom stream(long... key) {
    long mixed = 0x9E3779B97F4A7C15L;
    for (long part : key) {
      mixed = mix(mixed ^ mix(part + 0x9E3779B97F4A7C15L));
    }
    return new SplittableRandom(mixed);
  }

  /** MurmurHash3's finaliser (Stafford's variant 13). */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Shuffles in place (Fisher and Yates). */
  static void shuffle(long[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** The same for whole numbers. */
  static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** 0 to {@code count}-1, shuffled. */
  static int[] permutation(int count, SplittableRandom random) {
    int[] all = new int[count];
    for (int i = 0; i < count; i++) {
      all[i] = i;
    }
    shuffle(all, random);
    return all;
  }

  /** 64 bits of a text, the same everywhere. */
  static long hash(String text) {
    long mixed = 0x9E3779B97F4A7C15L ^ text.length();
    for (int i = 0; i < text.length(); i++) {
      mixed = mix(mixed ^ text.charAt(i) + 0x9E3779B97F4A7C15L);
    }
    return mixed;
  }
}
