package dev.filip.eval.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows of a training set drawn class by class: each class is shuffled by (seed, class) alone, so
 * that neither other classes nor the order of drawing change what is drawn. Immutable.
 */
final class Draw {
  private static final double FIFTH = 5;
  private final List<int[]> rows;

  /** Shuffles the rows of each class. */
  Draw(Labelled set, int classes, long seed) {
    rows = set.byClass(classes);
    for (int c = 0; c < classes; c++) {
      shuffle(rows.get(c), new SplittableRandom(mix(mix(seed) + c)));
    }
  }

  /** Rows in their order; {@code rest} are those that were drawn second. */
  record Parts(int[] first, int[] rest) {}

  /**
   * A fifth of every class, rounded, as {@code rest}: at least one of a class with two or more,
   * none of a class with one.
   */
  Parts fifth() {
    return parts(size -> {
      int taken = size < 2 ? 0 : Math.max(1, (int) Math.round(size / FIFTH));
      return new int[] {size - taken, taken};
    });
  }

  /** So many of every class, or all it has, and so many others of it, or all that are left. */
  Parts shots(int first, int rest) {
    return parts(size -> {
      int some = Math.min(first, size);
      return new int[] {some, Math.min(rest, size - some)};
    });
  }

  private interface Counts {
    int[] of(int size);
  }

  private Parts parts(Counts counts) {
    List<Integer> first = new ArrayList<>();
    List<Integer> rest = new ArrayList<>();
    for (int[] of : rows) {
      int[] count = counts.of(of.length);
      Arrays.stream(of, 0, count[0]).forEach(first::add);
      Arrays.stream(of, count[0], count[0] + count[1]).forEach(rest::add);
    }
    return new Parts(sorted(first), sorted(rest));
  }

  private static int[] sorted(List<Integer> rows) {
    return rows.stream().mapToInt(i -> i).sorted().toArray();
  }

  /** Fisher and Yates, in place. */
  static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** MurmurHash3's finaliser (Stafford's variant 13), of what never is 0. */
  static long mix(long key) {
    long z = key + 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
