package dev.filip.generate;

/** Neighbourhoods of {@code 2 reach + 1} pixels each way on a square plane, cut at its border. */
final class Morphology {
  private Morphology() {}

  /** Largest value of each neighbourhood. */
  static float[] dilate(float[] plane, int size, int reach) {
    return each(plane, size, reach, Math::max, Float.NEGATIVE_INFINITY);
  }

  /** Smallest value of each neighbourhood. */
  static float[] erode(float[] plane, int size, int reach) {
    return each(plane, size, reach, Math::min, Float.POSITIVE_INFINITY);
  }

  /** Mean of each neighbourhood; what lies outside counts as 0. */
  static float[] mean(float[] plane, int size, int reach) {
    float[] sum = each(plane, size, reach, Float::sum, 0);
    int width = 2 * reach + 1;
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= width * width;
    }
    return sum;
  }

  private interface Join {
    float of(float a, float b);
  }

  /** Rows first, then columns: both folds may be split that way. */
  private static float[] each(float[] plane, int size, int reach, Join join, float start) {
    float[] rows = new float[plane.length];
    float[] out = new float[plane.length];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        float value = start;
        for (int i = Math.max(0, x - reach); i <= Math.min(size - 1, x + reach); i++) {
          value = join.of(value, plane[y * size + i]);
        }
        rows[y * size + x] = value;
      }
    }
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        float value = start;
        for (int i = Math.max(0, y - reach); i <= Math.min(size - 1, y + reach); i++) {
          value = join.of(value, rows[i * size + x]);
        }
        out[y * size + x] = value;
      }
    }
    return out;
  }
}
