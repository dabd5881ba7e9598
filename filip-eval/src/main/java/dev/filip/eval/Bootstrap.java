package dev.filip.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * 95 % intervals of a ratio over images by percentiles of seeded draws with replacement. Pure
 * functions, thread-safe.
 */
final class Bootstrap {
  private static final int RESAMPLES = 2_000;
  private static final double TAIL = 0.025;

  private Bootstrap() {}

  /** Low and high of {@code sum(above) / sum(below)}; 0 where nothing is below. */
  static double[] interval(double[] above, double[] below, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] ratios = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double sum = 0;
      double trials = 0;
      for (int k = 0; k < above.length; k++) {
        int i = random.nextInt(above.length);
        sum += above[i];
        trials += below[i];
      }
      ratios[r] = trials == 0 ? 0 : sum / trials;
    }
    Arrays.sort(ratios);
    int cut = (int) Math.floor(TAIL * RESAMPLES);
    return new double[] {ratios[cut], ratios[RESAMPLES - 1 - cut]};
  }
}
