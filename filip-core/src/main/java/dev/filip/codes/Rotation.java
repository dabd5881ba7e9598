package dev.filip.codes;

import java.util.SplittableRandom;

/**
 * A random rotation that needs no matrix: signs drawn by a seed, then a Walsh-Hadamard transform,
 * twice. Vectors of width d are filled up with 0 to the next power of two. What a seed draws must
 * never change: codes on disk are made with it. Immutable.
 */
public final class Rotation {
  private static final int ROUNDS = 2;
  private static final int LEAST = 32;

  private final int d;
  private final int width;
  private final float[][] signs = new float[ROUNDS][];
  private final float scale;

  /**
   * @param d width of the vectors that are rotated
   */
  public Rotation(int d, long seed) {
    if (d < 1) {
      throw new IllegalArgumentException("width must be at least 1, got " + d);
    }
    this.d = d;
    width = Math.max(LEAST, Integer.highestOneBit(2 * d - 1));
    scale = (float) (1 / Math.sqrt(width));
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      signs[round] = new float[width];
      for (int i = 0; i < width; i++) {
        signs[round][i] = random.nextLong() < 0 ? -1 : 1;
      }
    }
  }

  /** Width of the vectors that are rotated. */
  public int d() {
    return d;
  }

  /** Numbers of a rotated vector, a power of two. */
  public int width() {
    return width;
  }

  /**
   * Rotates in place.
   *
   * @param x {@code [width]}, of which the first d numbers are the vector and the rest is 0
   */
  public void apply(float[] x) {
    for (float[] round : signs) {
      for (int i = 0; i < width; i++) {
        x[i] *= round[i] * scale;
      }
      for (int half = 1; half < width; half *= 2) {
        butterflies(x, half);
      }
    }
  }

  private void butterflies(float[] x, int half) {
    for (int block = 0; block < width; block += 2 * half) {
      for (int i = block; i < block + half; i++) {
        float a = x[i];
        float b = x[i + half];
        x[i] = a + b;
        x[i + half] = a - b;
      }
    }
  }
}
