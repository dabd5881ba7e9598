package dev.filip.generate;

import java.util.ArrayList;
import java.util.Collections;
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

  /** {@code NAME REL NAME ... on COLOUR ground}, from the first item on or from the last. */
  Caption say(List<String> names, boolean fromLast) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      order.add(i);
    }
    if (fromLast) {
      Collections.reverse(order);
    }
    Caption.Builder caption = new Caption.Builder();
    for (int i = 0; i < order.size(); i++) {
      Item item = items.get(order.get(i));
      if (i > 0) {
        caption.say(relation(items.get(order.get(i - 1)), item));
      }
      String name = names.get(item.name());
      int noun = name.lastIndexOf(' ') + 1;
      caption.name(name.substring(0, noun).strip(), name.substring(noun), order.get(i));
    }
    return caption.say("on " + ground.word() + " ground").build();
  }

  private static String relation(Item a, Item b) {
    if (a.row() == b.row()) {
      return a.column() < b.column() ? "left of" : "right of";
    }
    return a.row() < b.row() ? "above" : "below";
  }
}
