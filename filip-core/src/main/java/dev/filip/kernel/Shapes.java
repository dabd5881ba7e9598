package dev.filip.kernel;

/** Checks that name both values. */
final class Shapes {
  private Shapes() {}

  static void sameWidth(int image, int text) {
    if (image != text) {
      throw new IllegalArgumentException(
          "images and texts must have one width, got " + image + " and " + text);
    }
  }

  static void atLeastOneToken(int n, int m) {
    if (n < 1 || m < 1) {
      throw new IllegalArgumentException(
          "a pair needs at least one token on each side, got n " + n + " and m " + m);
    }
  }

  static void holds(float[] rows, int tokens, int d, String name) {
    if (rows.length < Math.multiplyExact(tokens, d)) {
      throw new IllegalArgumentException(
          name + " must hold " + tokens + " x " + d + " floats, got " + rows.length);
    }
  }
}
