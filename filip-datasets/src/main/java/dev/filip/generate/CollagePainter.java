package dev.filip.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Draws collages: every drawing into its cell, scaled and moved at random. Thread-safe.
 *
 * @param drawings of each artist, by name
 */
record CollagePainter(CollageOptions options, Map<Artist, List<Sprite>> drawings) {
  private static final double SMALLEST = 0.8;
  private static final double SMALLER = 0.1;
  private static final double ASPECT = 0.06;
  private static final double MORE_ASPECT = 0.036;
  private static final double JITTER = 0.08;
  private static final double MORE_JITTER = 0.024;

  /** Paints onto {@code canvas}; the visible box of each item. */
  List<Box> paint(Collage collage, boolean training, float[][] canvas, Dice dice) {
    List<Box> boxes = new ArrayList<>();
    for (Collage.Item item : collage.items()) {
      boxes.add(place(item, training ? options.variation() : 0, training, canvas, dice));
    }
    return boxes;
  }

  private Box place(
      Collage.Item item, double strength, boolean training, float[][] canvas, Dice dice) {
    double cell = (double) options.imageSize() / Collage.GRID;
    double scale = dice.between(SMALLEST - strength * SMALLER, 1) * cell / LineArt.SIZE;
    double most = ASPECT + strength * MORE_ASPECT;
    double aspect = dice.between(-most, most);
    Sprite drawn = drawn(item, training, dice);
    int w = side(drawn.width() * scale * (1 + aspect), cell);
    int h = side(drawn.height() * scale * (1 - aspect), cell);
    Sprite small = drawn.resize(w, h);
    if (strength > 0) {
      Variation variation = new Variation(strength, dice);
      small = variation.turn(variation.colour(small));
    }
    double jitter = JITTER + strength * MORE_JITTER;
    double cx = cell * (item.column() + 0.5 + dice.between(-jitter, jitter));
    double cy = cell * (item.row() + 0.5 + dice.between(-jitter, jitter));
    int left = (int) Math.round(cx - small.width() / 2.0);
    int top = (int) Math.round(cy - small.height() / 2.0);
    small.over(canvas, options.imageSize(), left, top);
    return inside(small.visible(), left, top);
  }

  private Box inside(Box box, int left, int top) {
    int size = options.imageSize();
    return new Box(
        Math.clamp(box.x0() + left, 0, size),
        Math.clamp(box.y0() + top, 0, size),
        Math.clamp(box.x1() + left, 0, size),
        Math.clamp(box.y1() + top, 0, size));
  }

  private Sprite drawn(Collage.Item item, boolean training, Dice dice) {
    List<Sprite> hand = drawings.get(item.artist());
    if (hand == null) {
      throw new IllegalStateException("no drawings by " + item.artist());
    }
    Sprite sprite = hand.get(item.name());
    boolean redrawn = training && dice.unit() < options.lineArt();
    return redrawn ? new LineArt(dice).redraw(sprite) : sprite;
  }

  private static int side(double length, double cell) {
    return (int) Math.clamp(Math.round(length), 1, Math.round(cell));
  }
}
