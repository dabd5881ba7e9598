package dev.filip.generate;

/** Separable bicubic (a = -0.5) of one float plane; the filter widens where it shrinks. */
final class Resample {
  private static final double REACH = 2;

  private Resample() {}

  static float[] resize(float[] plane, int width, int height, int w, int h) {
    float[] wide = lines(plane, width, height, w);
    return columns(wide, w, height, h);
  }

  private static float[] lines(float[] plane, int width, int height, int w) {
    float[] out = new float[w * height];
    for (int x = 0; x < w; x++) {
      Taps taps = Taps.of(x, width, w);
      for (int y = 0; y < height; y++) {
        out[y * w + x] = taps.sum(plane, y * width);
      }
    }
    return out;
  }

  private static float[] columns(float[] plane, int width, int height, int h) {
    float[] out = new float[width * h];
    for (int y = 0; y < h; y++) {
      Taps taps = Taps.of(y, height, h);
      for (int i = 0; i < taps.weights.length; i++) {
        float weight = taps.weights[i];
        int from = (taps.first + i) * width;
        for (int x = 0; x < width; x++) {
          out[y * width + x] += weight * plane[from + x];
        }
      }
    }
    return out;
  }

  /** Weights of the source points {@code first, first + 1, ...} for one target point. */
  private record Taps(int first, float[] weights) {
    static Taps of(int at, int from, int to) {
      double scale = (double) from / to;
      double stretch = Math.max(1, scale);
      double centre = (at + 0.5) * scale;
      int first = (int) Math.max(0, Math.floor(centre - REACH * stretch + 0.5));
      int last = (int) Math.min(from, Math.floor(centre + REACH * stretch + 0.5));
      float[] weights = new float[last - first];
      double sum = 0;
      double[] raw = new double[weights.length];
      for (int i = 0; i < raw.length; i++) {
        raw[i] = cubic((first + i + 0.5 - centre) / stretch);
        sum += raw[i];
      }
      for (int i = 0; i < raw.length; i++) {
        weights[i] = (float) (raw[i] / sum);
      }
      return new Taps(first, weights);
    }

    float sum(float[] plane, int start) {
      float sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * plane[start + first + i];
      }
      return sum;
    }
  }

  private static double cubic(double x) {
    double a = -0.5;
    double t = Math.abs(x);
    if (t < 1) {
      return ((a + 2) * t - (a + 3)) * t * t + 1;
    }
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
  }
}
