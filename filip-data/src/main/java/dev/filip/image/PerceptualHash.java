package dev.filip.image;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a picture looks like in 63 bits: the signs of its low frequencies (a cosine transform of 32
 * x 32 grey values, the lowest 8 x 8 without the mean) against their median. Copies that were
 * scaled, recompressed or slightly changed differ in few bits, unrelated pictures in about half of
 * them (the widely used "pHash"; Zauner 2010). Immutable.
 *
 * @param bits of the picture
 * @param mirrored those of its mirror image
 */
public record PerceptualHash(long bits, long mirrored) {
  private static final int SIDE = 32;
  private static final int LOW = 8;

  /** Grey values (of 255) whose deviation is below this have no low frequencies worth comparing. */
  private static final double FLAT = 1.5;

  private static final double[][] COSINES = cosines();

  private static double[][] cosines() {
    double[][] all = new double[LOW][SIDE];
    for (int u = 0; u < LOW; u++) {
      for (int x = 0; x < SIDE; x++) {
        all[u][x] = Math.cos(Math.PI * u * (2 * x + 1) / (2 * SIDE));
      }
    }
    return all;
  }

  /**
   * Of a decoded picture; empty where it is of a single colour, so that all such would be alike.
   */
  public static Optional<PerceptualHash> of(RgbImage image) {
    double[] grey = grey(new PilResize().resize(image, SIDE, SIDE, Resample.BICUBIC));
    double mean = Arrays.stream(grey).average().orElse(0);
    double square = Arrays.stream(grey).map(v -> (v - mean) * (v - mean)).average().orElse(0);
    if (Math.sqrt(square) < FLAT) {
      return Optional.empty();
    }
    double[] low = lowest(grey);
    long bits = bits(low);
    for (int v = 0; v < LOW; v++) {
      for (int u = 1; u < LOW; u += 2) {
        low[v * LOW + u] = -low[v * LOW + u]; // a mirror turns the odd ones round
      }
    }
    return Optional.of(new PerceptualHash(bits, bits(low)));
  }

  private static double[] grey(RgbImage image) {
    byte[] rgb = image.rgb();
    double[] grey = new double[SIDE * SIDE];
    for (int i = 0; i < grey.length; i++) {
      grey[i] =
          0.299 * (rgb[3 * i] & 255)
              + 0.587 * (rgb[3 * i + 1] & 255)
              + 0.114 * (rgb[3 * i + 2] & 255);
    }
    return grey;
  }

  /** {@code [8, 8]}, rows first. */
  private static double[] lowest(double[] grey) {
    double[] rows = new double[SIDE * LOW];
    for (int y = 0; y < SIDE; y++) {
      for (int u = 0; u < LOW; u++) {
        for (int x = 0; x < SIDE; x++) {
          rows[y * LOW + u] += grey[y * SIDE + x] * COSINES[u][x];
        }
      }
    }
    double[] low = new double[LOW * LOW];
    for (int v = 0; v < LOW; v++) {
      for (int u = 0; u < LOW; u++) {
        for (int y = 0; y < SIDE; y++) {
          low[v * LOW + u] += rows[y * LOW + u] * COSINES[v][y];
        }
      }
    }
    return low;
  }

  private static long bits(double[] low) {
    double[] sorted = Arrays.copyOfRange(low, 1, low.length);
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    long bits = 0;
    for (int i = 1; i < low.length; i++) {
      bits |= low[i] > median ? 1L << i : 0;
    }
    return bits;
  }

  /** Bits in which two differ, 0 to 63. */
  public static int distance(long one, long other) {
    return Long.bitCount(one ^ other);
  }
}
