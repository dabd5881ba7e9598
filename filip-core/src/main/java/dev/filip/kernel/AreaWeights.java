package dev.filip.kernel;

import java.util.Arrays;

/**
 * What each output of one axis of an area resize covers, as OpenCV works it out ({@code
 * computeResizeAreaTab}). Output i is the sum over t below {@code count[i]} of {@code weights[i *
 * taps + t]} times input {@code first[i] + t}.
 *
 * @param source input length, pixels
 * @param target output length, pixels, at most that of the input
 * @param taps most taps of one output
 * @param whole whether each output covers the same whole number of inputs
 */
public record AreaWeights(
    int source, int target, int taps, boolean whole, int[] first, int[] count, float[] weights) {
  /** Less of a pixel than this is left out. */
  private static final double LEAST = 1e-3;

  /**
   * The weights.
   *
   * @throws IllegalArgumentException where the output would be longer, or either is empty
   */
  public static AreaWeights of(int source, int target) {
    if (target <= 0 || source < target) {
      throw new IllegalArgumentException("area resize makes smaller: " + source + " to " + target);
    }
    double scale = 1 / ((double) target / source); // in OpenCV's steps
    int taps = (int) Math.ceil(scale) + 2;
    int[] first = new int[target];
    int[] count = new int[target];
    float[] weights = new float[Math.multiplyExact(target, taps)];
    for (int i = 0; i < target; i++) {
      double from = i * scale;
      double to = from + scale;
      double cell = Math.min(scale, source - from);
      int end = Math.min((int) Math.floor(to), source - 1);
      int start = Math.min((int) Math.ceil(from), end);
      int n = 0;
      first[i] = start;
      if (start - from > LEAST) {
        first[i] = start - 1;
        weights[i * taps + n++] = (float) ((start - from) / cell);
      }
      for (int at = start; at < end; at++) {
        weights[i * taps + n++] = (float) (1 / cell);
      }
      if (to - end > LEAST) {
        weights[i * taps + n++] = (float) (Math.min(Math.min(to - end, 1), cell) / cell);
      }
      count[i] = n;
    }
    return packed(source, target, taps, first, count, weights);
  }

  /** Rows of weights as long as the longest is. */
  private static AreaWeights packed(
      int source, int target, int room, int[] first, int[] count, float[] weights) {
    int taps = Arrays.stream(count).max().orElseThrow();
    float[] tight = new float[target * taps];
    for (int i = 0; i < target; i++) {
      System.arraycopy(weights, i * room, tight, i * taps, count[i]);
    }
    return new AreaWeights(source, target, taps, source % target == 0, first, count, tight);
  }
}
