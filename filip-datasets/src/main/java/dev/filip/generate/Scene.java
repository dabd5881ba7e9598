package dev.filip.generate;

import java.util.ArrayList;
import java.util.List;

/**
 * What a scene shows; {@link ScenePainter} says how.
 *
 * @param ground textured background
 * @param items two or three things in different cells of a 3 x 3 grid
 * @param paint key of the random numbers that only the painter uses (jitter, noise)
 */
record Scene(SceneGround ground, List<Item> items, long paint) {
  /** Cells in a row of the grid. */
  static final int GRID = 3;

  /**
   * One thing.
   *
   * @param kind what it is
   * @param look how it looks
   * @param cell 0 to 8, row by row
   */
  record Item(SceneKind kind, SceneLook look, int cell) {
    int row() {
      return cell / GRID;
    }

    int column() {
      return cell % GRID;
    }
  }

  Scene {
    items = List.copyOf(items);
  }

  /** A scene with two or three different kinds. */
  static Scene random(Dice dice) {
    int count = 2 + dice.below(2);
    int[] kinds = dice.order(SceneKind.values().length);
    int[] cells = dice.order(GRID * GRID);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(new Item(SceneKind.values()[kinds[i]], look(dice), cells[i]));
    }
    return new Scene(dice.pick(SceneGround.values()), items, dice.next());
  }

  /** A scene whose {@link #twin} differs from it in what things look like. */
  static Scene withTwin(Dice dice) {
    Scene scene = random(dice);
    while (scene.items.stream().map(Item::look).distinct().count() == 1) {
      scene = random(dice);
    }
    return scene;
  }

  /**
   * The hard negative: the same kinds, looks and ground, all looks handed on to the next thing, and
   * new places.
   */
  Scene twin(Dice dice) {
    int[] cells = dice.order(GRID * GRID);
    List<Item> turned = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      SceneLook look = items.get((i + 1) % items.size()).look();
      turned.add(new Item(items.get(i).kind(), look, cells[i]));
    }
    return new Scene(ground, turned, dice.next());
  }

  private static SceneLook look(Dice dice) {
    return new SceneLook(
        dice.pick(SceneLook.Size.values()),
        dice.pick(SceneLook.Colour.values()),
        dice.pick(SceneLook.Texture.values()));
  }
}
