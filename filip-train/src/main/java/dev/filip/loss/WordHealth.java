package dev.filip.loss;

import dev.filip.distributed.Communicator;
import java.util.Arrays;

/**
 * Two health signs of late interaction over the patches of positive pairs: a collapsed model sends
 * all of them to one word position.
 *
 * @param sameWordShare share of patches whose best word is the most chosen position, 1/m to 1
 * @param entropy nats, 0 to ln m
 */
record WordHealth(double sameWordShare, double entropy) {
  static final WordHealth NONE = new WordHealth(Double.NaN, Double.NaN);

  /**
   * @param chosen {@code chosen[r]}: how many patches chose word position r
   */
  static WordHealth of(long[] chosen) {
    long total = 0;
    long most = 0;
    for (long c : chosen) {
      total += c;
      most = Math.max(most, c);
    }
    double entropy = 0;
    for (long c : chosen) {
      if (c > 0) {
        double p = (double) c / total;
        entropy -= p * Math.log(p);
      }
    }
    return new WordHealth((double) most / total, entropy);
  }

  /** The same over the patches of all ranks; each counts as many word positions. */
  static WordHealth of(long[] chosen, Communicator ranks) {
    long[] all = new long[chosen.length];
    for (long[] rank : ranks.gather(chosen)) {
      Arrays.setAll(all, r -> all[r] + rank[r]);
    }
    return of(all);
  }
}
