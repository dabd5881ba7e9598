package dev.filip.generate;

import java.util.ArrayList;
import java.util.List;

/**
 * What a collage shows.
 *
 * @param ground its ground
 * @param items two to four, each in the cell beside the one before it
 */
record Collage(CollageGround ground, List<Item> items) {
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
    return new Collage(dice.pick(CollageGround.values()), items);
  }
}
