package dev.filip.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether two models differ on the same images: the difference of their shares, its interval by
 * bootstrap over images, and how often chance alone would make as much of it. Seeded, so that the
 * same input gives the same answer. Pure functions, thread-safe.
 *
 * <p>Where each image is one yes or no, p is McNemar's exact one: of the images on which the two
 * disagree, each is right as often as the other (McNemar 1947; two-sided binomial). Else it is that
 * of a sign-flip permutation of the images' differences.
 */
final class PairedTest {
  private static final int FLIPS = 10_000;

  private PairedTest() {}

  /**
   * What was found.
   *
   * @param difference first minus second
   * @param low of the 95 % interval
   * @param high of it
   * @param onlyFirst images with more hits by the first
   * @param onlySecond images with more hits by the second
   */
  record Found(
      double difference, double low, double high, double p, int onlyFirst, int onlySecond) {}

  static Found of(Series first, Series second, long seed) {
    double[] differences = new double[first.size()];
    int more = 0;
    int fewer = 0;
    for (int i = 0; i < differences.length; i++) {
      differences[i] = first.hits(i) - second.hits(i);
      more += differences[i] > 0 ? 1 : 0;
      fewer += differences[i] < 0 ? 1 : 0;
    }
    double[] interval = Bootstrap.interval(differences, first.trials(), seed);
    double p =
        first.isYesOrNo() && second.isYesOrNo()
            ? mcNemar(more, fewer)
            : flips(differences, new SplittableRandom(seed));
    double trials = Arrays.stream(first.trials()).sum();
    double difference = trials == 0 ? 0 : Arrays.stream(differences).sum() / trials;
    return new Found(difference, interval[0], interval[1], p, more, fewer);
  }

  /** Two-sided exact: {@code min(1, 2 P(X <= min(b, c)))} with X of b + c fair coins. */
  static double mcNemar(int b, int c) {
    int n = b + c;
    double term = -n * Math.log(2); // log of P(X = 0)
    double sum = 0;
    for (int k = 0; k <= Math.min(b, c); k++) {
      sum += Math.exp(term);
      term += Math.log(n - k) - Math.log(k + 1);
    }
    return Math.min(1, 2 * sum);
  }

  private static double flips(double[] differences, SplittableRandom random) {
    double[] unequal = Arrays.stream(differences).filter(d -> d != 0).toArray();
    double seen = Math.abs(Arrays.stream(unequal).sum());
    int asFar = 0;
    for (int f = 0; f < FLIPS; f++) {
      double sum = 0;
      for (int i = 0; i < unequal.length; i += Long.SIZE) {
        long signs = random.nextLong();
        for (int j = i; j < Math.min(unequal.length, i + Long.SIZE); j++, signs >>>= 1) {
          sum += (signs & 1) == 0 ? unequal[j] : -unequal[j];
        }
      }
      asFar += Math.abs(sum) >= seen - 1e-9 ? 1 : 0;
    }
    return (asFar + 1.0) / (FLIPS + 1.0);
  }
}
