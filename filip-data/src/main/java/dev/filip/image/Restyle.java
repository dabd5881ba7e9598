package dev.filip.image;

import java.util.SplittableRandom;

/**
 * Restyling for transfer to hands never seen: flat colours, dark lines at edges, and a change of
 * hue, saturation, contrast and brightness. Chosen by experiment on drawings of several artists:
 * lines helped most, colour changes second (docs/DATA.md).
 */
final class Restyle {
  private static final double FLAT = 0.3;
  private static final double LINES = 0.6;
  private static final double GRAY = 0.05;
  private static final double HUE_TURNS = 0.03;
  private static final double SATURATION = 0.3;
  private static final double CONTRAST = 0.2;
  private static final double BRIGHTNESS = 0.07;

  private Restyle() {}

  /**
   * The restyled picture.
   *
   * @param strength 0 to 1: scales chances and ranges
   */
  static PackedImage apply(PackedImage image, double strength, SplittableRandom random) {
    boolean flat = random.nextDouble() < FLAT * strength;
    boolean lines = random.nextDouble() < LINES * strength;
    int levels = 2 + random.nextInt(3);
    double threshold = 255 * (0.12 + 0.25 * random.nextDouble());
    double ink = random.nextDouble() < 0.4 ? 60 * random.nextDouble() : 0;
    boolean thick = random.nextDouble() < 0.5;
    double[] matrix = matrix(strength, random);
    PackedImage out = flat ? flat(image, levels) : image;
    out = lines ? lines(out, edges(image, threshold, thick), (int) ink) : out;
    return colours(out, matrix);
  }

  /** Rows of a 3 x 4 matrix on (r, g, b, 1). */
  private static double[] matrix(double strength, SplittableRandom random) {
    double turn = 2 * Math.PI * HUE_TURNS * strength * spread(random);
    double saturation = 1 + SATURATION * strength * spread(random);
    double contrast = 1 + CONTRAST * strength * spread(random);
    double light = 255 * BRIGHTNESS * strength * spread(random);
    if (random.nextDouble() < GRAY * strength) {
      saturation = 0;
    }
    double[] luma = {0.299, 0.587, 0.114};
    double cos = StrictMath.cos(turn);
    double sin = StrictMath.sin(turn) / StrictMath.sqrt(3);
    double third = (1 - cos) / 3;
    double[][] hue = {
      {cos + third, third - sin, third + sin},
      {third + sin, cos + third, third - sin},
      {third - sin, third + sin, cos + third}
    };
    double[] matrix = new double[12];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        double gray = 0;
        for (int k = 0; k < 3; k++) {
          gray += luma[k] * hue[k][column];
        }
        matrix[row * 4 + column] =
            contrast * (saturation * hue[row][column] + (1 - saturation) * gray);
      }
      matrix[row * 4 + 3] = 127.5 * (1 - contrast) + light;
    }
    return matrix;
  }

  private static double spread(SplittableRandom random) {
    return 2 * random.nextDouble() - 1;
  }

  private static PackedImage colours(PackedImage image, double[] m) {
    int[] out = new int[image.pixels().length];
    for (int i = 0; i < out.length; i++) {
      int pixel = image.pixels()[i];
      int r = pixel >>> 24;
      int g = pixel >>> 16 & 0xFF;
      int b = pixel >>> 8 & 0xFF;
      out[i] =
          cut(m[0] * r + m[1] * g + m[2] * b + m[3]) << 24
              | cut(m[4] * r + m[5] * g + m[6] * b + m[7]) << 16
              | cut(m[8] * r + m[9] * g + m[10] * b + m[11]) << 8
              | pixel & 0xFF;
    }
    return new PackedImage(image.width(), image.height(), out, image.stored());
  }

  private static int cut(double value) {
    return (int) Math.clamp(value + 0.5, 0.0, 255.0);
  }

  /** Each channel smoothed over 3 x 3 and rounded to a few levels. */
  private static PackedImage flat(PackedImage image, int levels) {
    int w = image.width();
    int h = image.height();
    int[] out = new int[image.pixels().length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int pixel = image.pixels()[y * w + x] & 0xFF;
        for (int shift = 24; shift > 0; shift -= 8) {
          double mean = sum(image, x, y, shift) / 9.0;
          double level = Math.rint(mean * levels / 255) / levels;
          pixel |= (int) Math.rint(255 * level) << shift;
        }
        out[y * w + x] = pixel;
      }
    }
    return new PackedImage(w, h, out, image.stored());
  }

  private static int sum(PackedImage image, int x, int y, int shift) {
    int sum = 0;
    for (int dy = -1; dy <= 1; dy++) {
      int row = Math.clamp(y + dy, 0, image.height() - 1) * image.width();
      for (int dx = -1; dx <= 1; dx++) {
        int column = Math.clamp(x + dx, 0, image.width() - 1);
        sum += image.pixels()[row + column] >>> shift & 0xFF;
      }
    }
    return sum;
  }

  /** How much ink each pixel gets, 0 to 255: from the range of values in 3 x 3. */
  private static int[] edges(PackedImage image, double threshold, boolean thick) {
    int w = image.width();
    int h = image.height();
    int[] edge = new int[w * h];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int range = 0;
        for (int shift = 24; shift > 0; shift -= 8) {
          range = Math.max(range, range(image, x, y, shift));
        }
        edge[y * w + x] = (int) Math.clamp((range - threshold) * 6, 0.0, 255.0);
      }
    }
    return thick ? widened(edge, w, h) : edge;
  }

  private static int range(PackedImage image, int x, int y, int shift) {
    int least = 255;
    int most = 0;
    for (int row = Math.max(0, y - 1); row <= Math.min(image.height() - 1, y + 1); row++) {
      for (int column = Math.max(0, x - 1);
          column <= Math.min(image.width() - 1, x + 1);
          column++) {
        int value = image.pixels()[row * image.width() + column] >>> shift & 0xFF;
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    return most - least;
  }

  /** The largest of each pixel and its four neighbours. */
  private static int[] widened(int[] edge, int w, int h) {
    int[] out = new int[edge.length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int at = y * w + x;
        int most = edge[at];
        most = x > 0 ? Math.max(most, edge[at - 1]) : most;
        most = x < w - 1 ? Math.max(most, edge[at + 1]) : most;
        most = y > 0 ? Math.max(most, edge[at - w]) : most;
        out[at] = y < h - 1 ? Math.max(most, edge[at + w]) : most;
      }
    }
    return out;
  }

  private static PackedImage lines(PackedImage image, int[] edge, int ink) {
    int[] out = new int[image.pixels().length];
    for (int i = 0; i < out.length; i++) {
      int pixel = image.pixels()[i];
      int keep = 255 - edge[i];
      out[i] =
          drawn(pixel >>> 24, keep, ink) << 24
              | drawn(pixel >>> 16 & 0xFF, keep, ink) << 16
              | drawn(pixel >>> 8 & 0xFF, keep, ink) << 8
              | pixel & 0xFF;
    }
    return new PackedImage(image.width(), image.height(), out, image.stored());
  }

  private static int drawn(int value, int keep, int ink) {
    return (value * keep + ink * (255 - keep) + 127) / 255;
  }
}
