package dev.filip.kernel;

/**
 * The taps of one axis of a resize, as PIL makes them (Pillow's Resample.c): filter weights in
 * 22-bit fixed point, the filter widened by the scale when shrinking. Output i is the sum over t
 * below {@code count[i]} of {@code weights[i * taps + t]} times input {@code first[i] + t}.
 *
 * @param source input length, pixels
 * @param target output length, pixels
 * @param taps most taps of one output
 */
public record ResizeWeights(
    int source, int target, int taps, int[] first, int[] count, int[] weights) {
  /** Fraction bits of a weight: 8-bit values times weights below 2 fit an int. */
  public static final int BITS = 22;

  /** PIL's filters; {@code support} is the radius at scale 1. */
  public enum Filter {
    /** Mean of the covered pixels. */
    BOX(0.5),
    /** Triangle. */
    BILINEAR(1),
    /** Cosine window times box. */
    HAMMING(1),
    /** Keys' cubic with a = -0.5. */
    BICUBIC(2),
    /** Sinc times sinc, radius 3. */
    LANCZOS(3);

    private final double support;

    Filter(double support) {
      this.support = support;
    }

    private double at(double signed) {
      double x = Math.abs(signed);
      return switch (this) {
        case BOX -> signed > -0.5 && signed <= 0.5 ? 1 : 0;
        case BILINEAR -> x < 1 ? 1 - x : 0;
        case HAMMING -> x == 0 ? 1 : x >= 1 ? 0 : hamming(x * Math.PI);
        case BICUBIC -> x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? cubicTail(x) : 0;
        case LANCZOS -> -3 <= signed && signed < 3 ? sinc(signed) * sinc(signed / 3) : 0;
      };
    }

    private static double hamming(double x) {
      return Math.sin(x) / x * (0.54f + 0.46f * Math.cos(x));
    }

    private static double cubicTail(double x) {
      return (((x - 5) * x + 8) * x - 4) * -0.5;
    }

    private static double sinc(double x) {
      return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }
  }

  /** The taps for {@code source} pixels made {@code target}. */
  public static ResizeWeights of(Filter filter, int source, int target) {
    if (source <= 0 || target <= 0) {
      throw new IllegalArgumentException("sizes must be > 0, got " + source + " and " + target);
    }
    double scale = (double) source / target;
    double widened = Math.max(scale, 1);
    double support = filter.support * widened;
    int taps = (int) Math.ceil(support) * 2 + 1;
    int[] first = new int[target];
    int[] count = new int[target];
    int[] weights = new int[Math.multiplyExact(target, taps)];
    double[] row = new double[taps];
    for (int i = 0; i < target; i++) {
      double centre = (i + 0.5) * scale;
      first[i] = Math.max(0, (int) (centre - support + 0.5));
      count[i] = Math.min(source, (int) (centre + support + 0.5)) - first[i];
      double sum = 0;
      for (int t = 0; t < count[i]; t++) {
        row[t] = filter.at((t + first[i] - centre + 0.5) * (1 / widened));
        sum += row[t];
      }
      for (int t = 0; t < count[i]; t++) {
        weights[i * taps + t] = fixed(sum == 0 ? row[t] : row[t] / sum);
      }
    }
    return new ResizeWeights(source, target, taps, first, count, weights);
  }

  private static int fixed(double weight) {
    return (int) ((weight < 0 ? -0.5 : 0.5) + weight * (1 << BITS));
  }
}
