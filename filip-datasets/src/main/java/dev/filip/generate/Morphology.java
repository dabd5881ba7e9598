package dev.filip.generate;

import java.util.Arrays;

/** Neighbourhoods of {@code 2 reach + 1} pixels each way on a square plane, cut at its border. */
final class Morphology {
  private Morphology() {}

  /** Largest value of each neighbourhood. */
  static float[] dilate(float[] plane, int size, int reach) {
    float[] rows = plane.clone();
    for (int y = 0; y < size; y++) {
      int row = y * size;
      for (int shift = 1; shift <= reach; shift++) {
        largest(plane, row + shift, rows, row, size - shift);
        largest(plane, row, rows, row + shift, size - shift);
      }
    }
    float[] out = rows.clone();
    for (int shift = 1; shift <= reach; shift++) {
      int length = (size - shift) * size;
      largest(rows, shift * size, out, 0, length);
      largest(rows, 0, out, shift * size, length);
    }
    return out;
  }

  /** Smallest value of each neighbourhood. */
  static float[] erode(float[] plane, int size, int reach) {
    return negative(dilate(negative(plane), size, reach));
  }

  /** Mean of each neighbourhood; what lies outside counts as 0. */
  static float[] mean(float[] plane, int size, int reach) {
    float[] rows = new float[plane.length];
    float[] out = new float[plane.length];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        for (int i = Math.max(0, x - reach); i <= Math.min(size - 1, x + reach); i++) {
          rows[y * size + x] += plane[y * size + i];
        }
      }
    }
    int width = 2 * reach + 1;
    for (int y = 0; y < size; y++) {
      for (int i = Math.max(0, y - reach); i <= Math.min(size - 1, y + reach); i++) {
        for (int x = 0; x < size; x++) {
          out[y * size + x] += rows[i * size + x] / (width * width);
        }
      }
    }
    return out;
  }

  private static void largest(float[] from, int start, float[] into, int at, int length) {
    for (int i = 0; i < length; i++) {
      into[at + i] = Math.max(into[at + i], from[start + i]);
    }
  }

  private static float[] negative(float[] plane) {
    float[] out = Arrays.copyOf(plane, plane.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = -out[i];
    }
    return out;
  }
}
