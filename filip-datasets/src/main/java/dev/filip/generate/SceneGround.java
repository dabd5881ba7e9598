package dev.filip.generate;

import java.util.Locale;

/**
 * The six textured backgrounds. {@code u, v} run over the picture as 0 to 84, whatever its size.
 */
enum SceneGround {
  SKY,
  GRASS,
  NIGHT,
  SAND,
  SNOW,
  BRICK;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Writes the colour at (u, v) as three values 0 to 255; {@code seed} varies the texture. */
  void paint(long seed, double u, double v, double[] rgb) {
    switch (this) {
      case SKY -> sky(seed, u, v, rgb);
      case GRASS -> {
        double blade = Grain.smooth(seed, u / 1.6, v / 6) - 0.5;
        double patch = Grain.smooth(seed + 1, u / 17, v / 17) - 0.5;
        shade(rgb, 158, 196, 104, 60 * blade + 24 * patch);
      }
      case NIGHT -> night(seed, u, v, rgb);
      case SAND -> {
        double grain = Grain.cell(seed, (int) (u / 1.3), (int) (v / 1.3)) - 0.5;
        double dune = Grain.smooth(seed + 1, u / 30, v / 5) - 0.5;
        shade(rgb, 224, 202, 156, 30 * grain + 26 * dune);
      }
      case SNOW -> {
        double drift = Grain.smooth(seed, u / 14, v / 9);
        shade(rgb, 226, 236, 248, 14 * drift);
        rgb[0] -= 16 * (1 - drift);
      }
      case BRICK -> brick(seed, u, v, rgb);
    }
  }

  private static void sky(long seed, double u, double v, double[] rgb) {
    double down = v / 84;
    double cloud =
        Grain.smooth(seed, u / 22, v / 10) * 0.7 + Grain.smooth(seed + 1, u / 8, v / 5) * 0.3;
    double white = cloud < 0.5 ? 0 : Math.min(0.8, (cloud - 0.5) * 4);
    rgb[0] = mix(132 + 50 * down, 255, white);
    rgb[1] = mix(188 + 28 * down, 255, white);
    rgb[2] = mix(240 + 10 * down, 255, white);
  }

  private static void night(long seed, double u, double v, double[] rgb) {
    shade(rgb, 16, 20, 46, 14 * Grain.smooth(seed, u / 25, v / 25));
    int column = (int) (u / 6);
    int row = (int) (v / 6);
    if (Grain.cell(seed + 1, column, row) < 0.4) {
      double du = u - 6 * column - 1 - 4 * Grain.cell(seed + 2, column, row);
      double dv = v - 6 * row - 1 - 4 * Grain.cell(seed + 3, column, row);
      if (du * du + dv * dv < 0.45) {
        shade(rgb, 225, 225, 205, 0);
      }
    }
  }

  private static void brick(long seed, double u, double v, double[] rgb) {
    int row = (int) (v / 7);
    double along = u + (row % 2 == 0 ? 0 : 7);
    int column = (int) (along / 14);
    boolean mortar = v - 7 * row < 1.2 || along - 14 * column < 1.2;
    double tone = Grain.cell(seed, column, row) - 0.5;
    if (mortar) {
      shade(rgb, 212, 206, 198, 0);
    } else {
      shade(rgb, 178, 128, 112, 36 * tone);
    }
  }

  private static void shade(double[] rgb, double r, double g, double b, double by) {
    rgb[0] = r + by;
    rgb[1] = g + by;
    rgb[2] = b + by;
  }

  private static double mix(double a, double b, double share) {
    return a + (b - a) * share;
  }
}
