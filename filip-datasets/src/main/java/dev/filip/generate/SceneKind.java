package dev.filip.generate;

import java.util.Locale;

/**
 * The twelve things of a scene, as point-in-shape tests in the square [-1, 1] x [-1, 1], y pointing
 * down. Only the four operations and comparisons are used, so pictures are the same on every
 * machine.
 */
enum SceneKind {
  CIRCLE,
  SQUARE,
  TRIANGLE,
  STAR,
  CROSS,
  RING,
  HEART,
  MOON,
  TREE,
  HOUSE,
  CUP,
  FISH;

  private static final double[] STAR_POINTS = star(5, 1.0, 0.42);

  /** The noun of captions. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the point belongs to the shape. */
  boolean inside(double x, double y) {
    return switch (this) {
      case CIRCLE -> x * x + y * y <= 1;
      case SQUARE -> box(x, y, -0.88, -0.88, 0.88, 0.88);
      case TRIANGLE -> triangle(x, y, -1, 0.9, 1);
      case STAR -> polygon(x, y, STAR_POINTS);
      case CROSS -> box(x, y, -0.33, -1, 0.33, 1) || box(x, y, -1, -0.33, 1, 0.33);
      case RING -> x * x + y * y <= 1 && x * x + y * y >= 0.55 * 0.55;
      case HEART -> heart(x * 1.14, 0.12 - y * 1.14);
      case MOON -> x * x + y * y <= 1 && square(x - 0.52) + square(y + 0.12) > 0.78 * 0.78;
      case TREE -> tree(x, y);
      case HOUSE -> house(x, y);
      case CUP -> cup(x, y);
      case FISH -> fish(x, y);
    };
  }

  private static boolean heart(double x, double y) {
    double r = x * x + y * y - 1;
    return r * r * r - x * x * y * y * y <= 0;
  }

  private static boolean tree(double x, double y) {
    return triangle(x, y, -1, -0.1, 0.62)
        || triangle(x, y, -0.55, 0.6, 0.95)
        || box(x, y, -0.18, 0.6, 0.18, 1);
  }

  private static boolean house(double x, double y) {
    boolean body = box(x, y, -0.72, -0.1, 0.72, 0.95) && !box(x, y, -0.2, 0.35, 0.2, 0.95);
    return body || triangle(x, y, -1, -0.05, 1);
  }

  private static boolean cup(double x, double y) {
    double handle = square(x - 0.5) + square(y + 0.05);
    return box(x, y, -0.95, -0.85, 0.45, 0.85)
        || (x > 0.45 && handle <= 0.5 * 0.5 && handle >= 0.26 * 0.26);
  }

  private static boolean fish(double x, double y) {
    boolean eye = square(x + 0.6) + square(y + 0.12) <= 0.12 * 0.12;
    boolean body = square((x + 0.2) / 0.8) + square(y / 0.58) <= 1;
    boolean tail = x >= 0.35 && x <= 1 && abs(y) <= (x - 0.2) * 0.85;
    return (body || tail) && !eye;
  }

  private static boolean box(double x, double y, double x0, double y0, double x1, double y1) {
    return x >= x0 && x <= x1 && y >= y0 && y <= y1;
  }

  /** Point up, from {@code top} to {@code bottom}, {@code half} wide to each side at the bottom. */
  private static boolean triangle(double x, double y, double top, double bottom, double half) {
    return y >= top && y <= bottom && abs(x) * (bottom - top) <= half * (y - top);
  }

  /** Even-odd rule over x, y pairs. */
  private static boolean polygon(double x, double y, double[] points) {
    boolean in = false;
    for (int i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
      double yi = points[i + 1];
      double yj = points[j + 1];
      if (yi > y != yj > y && x < points[i] + (points[j] - points[i]) * (y - yi) / (yj - yi)) {
        in = !in;
      }
    }
    return in;
  }

  private static double[] star(int spikes, double outer, double inner) {
    double[] points = new double[4 * spikes];
    for (int i = 0; i < 2 * spikes; i++) {
      double radius = i % 2 == 0 ? outer : inner;
      double angle = StrictMath.PI * i / spikes;
      points[2 * i] = radius * StrictMath.sin(angle);
      points[2 * i + 1] = -radius * StrictMath.cos(angle);
    }
    return points;
  }

  private static double square(double v) {
    return v * v;
  }

  private static double abs(double v) {
    return v < 0 ? -v : v;
  }
}
