package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.io.Digests;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which pairs of a batch show one image. Each of their texts is then a right answer for each of
 * their images and the other way, and a cross entropy's target is spread evenly over the right
 * answers of its row (paper 3.3, fine-tuning; ALBEF, Li et al. 2021). Immutable.
 */
public final class Positives {
  /** Every pair by itself: text i alone is right for image i. */
  public static final Positives OWN = new Positives(null, _ -> false);

  private static final int HEX = 16; // digits of 64 bits

  private final long @Nullable [] image;
  private final IntPredicate repeats;

  private Positives(long @Nullable [] image, IntPredicate repeats) {
    this.image = image;
    this.repeats = repeats;
  }

  /** Pairs of equal names show one image; a name for each pair of this rank. */
  public static Positives of(List<String> names) {
    return of(names, _ -> false);
  }

  /**
   * The same.
   *
   * @param repeats whether pair i has the very image features of the pair before it: a loss may
   *     then give the gradient of both to the first of them
   */
  public static Positives of(List<String> names, IntPredicate repeats) {
    return new Positives(
        names.stream()
            .mapToLong(name -> Long.parseUnsignedLong(Digests.sha256(name).substring(0, HEX), HEX))
            .toArray(),
        repeats);
  }

  /** Which of this rank's b rows have the image of the row before. */
  RepeatedRows repeated(int b) {
    return new RepeatedRows(
        IntStream.range(0, b).filter(i -> i == 0 || !repeats.test(i)).toArray(), b);
  }

  /**
   * Those of all ranks, which call this together.
   *
   * @param b pairs of this rank; every rank has as many
   */
  Targets over(int b, Communicator ranks) {
    int[] first = new int[b * ranks.world()];
    if (image == null) {
      Arrays.setAll(first, i -> i);
      return new Targets(first);
    }
    if (image.length != b) {
      throw new IllegalArgumentException(b + " pairs need as many names, got " + image.length);
    }
    Map<Long, Integer> seen = new HashMap<>();
    int at = 0;
    for (long[] rank : ranks.gather(image)) {
      for (long name : rank) {
        Integer before = seen.putIfAbsent(name, at);
        first[at] = before == null ? at : before;
        at++;
      }
    }
    return new Targets(first);
  }

  /** Right answers among the pairs of all ranks. Immutable. */
  static final class Targets {
    private final int[] first;
    private final int[] count;

    /**
     * @param first of each pair the first pair of its image
     */
    Targets(int[] first) {
      this.first = first;
      this.count = new int[first.length];
      for (int pair : first) {
        count[pair]++;
      }
    }

    /** Pairs of all ranks. */
    int pairs() {
      return first.length;
    }

    /** Whether the text of one pair is right for the image of the other. */
    boolean are(int one, int other) {
      return first[one] == first[other];
    }

    /** Of each pair the first pair of its image. */
    int[] first() {
      return first.clone();
    }

    /** Right answers for either side of a pair, at least 1. */
    int count(int pair) {
      return count[first[pair]];
    }
  }
}
