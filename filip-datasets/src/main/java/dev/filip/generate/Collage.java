package dev.filip.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a collage shows.
 *
 * @param ground its ground
 * @param items two to four, each in the cell beside the one before it
 */
record Collage(Ground ground, List<Item> items) {
  /** Cells in a row. */
  static final int GRID = 2;

  /** The four cells, row by row, in a round. */
  private static final int[] ROUND = {0, 1, 3, 2};

  /**
   * One drawing.
   *
   * @param name index among the collage's names
   * @param artist whose hand
   * @param cell 0 to 3, row by row
   */
  record Item(int name, Artist artist, int cell) {
    int row() {
      return cell / GRID;
    }

    int column() {
      return cell % GRID;
    }
  }

  Collage {
    items = List.copyOf(items);
  }

  /** Different names out of {@code names}, hands out of {@code artists}. */
  static Collage random(int names, List<Artist> artists, Dice dice) {
    int count = 2 + dice.below(3);
    int start = dice.below(4);
    int step = dice.coin() ? 1 : 3;
    List<Integer> taken = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int name = dice.below(names);
      while (taken.contains(name)) {
        name = dice.below(names);
      }
      taken.add(name);
      items.add(new Item(name, dice.pick(artists), ROUND[(start + step * i) % 4]));
    }
    return new Collage(dice.pick(Ground.values()), items);
  }

  /** The grounds of collages: eight colours with some noise. */
  enum Ground {
    RED(0xD94D4D),
    GREEN(0x66BF66),
    BLUE(0x6699E6),
    YELLOW(0xF2D966),
    GRAY(0x999999),
    WHITE(0xF5F5F5),
    PURPLE(0xA673CC),
    BROWN(0x99734D);

    private static final double COLOUR_NOISE = 0.07;
    private static final double CLOUD_NOISE = 0.18;
    private static final double GRAIN = 0.05;
    private final int rgb;

    Ground(int rgb) {
      this.rgb = rgb;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Three planes of {@code size} x {@code size} values 0 to 1. */
    float[][] paint(int size, Dice dice) {
      double[] base = new double[3];
      for (int c = 0; c < 3; c++) {
        base[c] = (rgb >> (16 - 8 * c) & 255) / 255.0 + dice.between(-COLOUR_NOISE, COLOUR_NOISE);
      }
      long seed = dice.next();
      float[][] canvas = new float[3][size * size];
      for (int i = 0; i < size * size; i++) {
        int x = i % size;
        int y = i / size;
        double light =
            CLOUD_NOISE * (Grain.smooth(seed, 6.0 * x / size, 6.0 * y / size) - 0.5)
                + GRAIN * (Grain.cell(seed + 1, x / 2, y / 2) - 0.5);
        for (int c = 0; c < 3; c++) {
          canvas[c][i] = (float) Math.clamp(base[c] + light, 0, 1);
        }
      }
      return canvas;
    }
  }
}
