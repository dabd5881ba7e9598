package dev.filip.generate;

/** Noise as a pure function of place: the same on every machine. */
final class Grain {
  private Grain() {}

  /** White noise of a lattice cell, [0, 1). */
  static double cell(long seed, int x, int y) {
    long key = seed + 0x9E3779B97F4A7C15L * x + 0xC2B2AE3D27D4EB4FL * y;
    return (Dice.mix(key) >>> 11) * 0x1.0p-53;
  }

  /** Smooth noise [0, 1) with one lattice point a unit (x, y at least 0). */
  static double smooth(long seed, double x, double y) {
    int cx = (int) x;
    int cy = (int) y;
    double fx = ease(x - cx);
    double fy = ease(y - cy);
    double top = mix(cell(seed, cx, cy), cell(seed, cx + 1, cy), fx);
    double bottom = mix(cell(seed, cx, cy + 1), cell(seed, cx + 1, cy + 1), fx);
    return mix(top, bottom, fy);
  }

  private static double ease(double t) {
    return t * t * (3 - 2 * t);
  }

  private static double mix(double a, double b, double t) {
    return a + (b - a) * t;
  }
}
