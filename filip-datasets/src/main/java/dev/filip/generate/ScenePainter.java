package dev.filip.generate;

import dev.filip.image.RgbImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws scenes: point-in-shape tests on a grid of {@value #SUB} x {@value #SUB} points a pixel,
 * averaged. Thread-safe.
 */
final class ScenePainter {
  private static final int SUB = 2;
  private static final int COLOUR_NOISE = 8;
  private static final double SIZE_NOISE = 0.06;
  private static final double JITTER = 0.12;
  private final int size;

  /** Pictures of {@code size} x {@code size} pixels. */
  ScenePainter(int size) {
    this.size = size;
  }

  /**
   * A picture and what covers what.
   *
   * @param image the pixels
   * @param boxes for each item the smallest box of all pixels it touches
   */
  record Painted(RgbImage image, List<Box> boxes) {}

  Painted paint(Scene scene) {
    Dice dice = new Dice(scene.paint());
    double[] pixels = new double[size * size * 3];
    ground(scene.ground(), dice.next(), pixels);
    List<Box> boxes = new ArrayList<>();
    for (Scene.Item item : scene.items()) {
      boxes.add(thing(item, dice, pixels));
    }
    byte[] rgb = new byte[pixels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (int) Math.min(255, Math.max(0, pixels[i] + 0.5));
    }
    return new Painted(new RgbImage(size, size, rgb), boxes);
  }

  private void ground(Scene.Ground ground, long seed, double[] pixels) {
    double[] rgb = new double[3];
    double unit = 84.0 / size;
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        ground.paint(seed, (x + 0.5) * unit, (y + 0.5) * unit, rgb);
        System.arraycopy(rgb, 0, pixels, (y * size + x) * 3, 3);
      }
    }
  }

  private Box thing(Scene.Item item, Dice dice, double[] pixels) {
    double cell = (double) size / Scene.GRID;
    double radius =
        cell * item.look().size().share / 2 * dice.between(1 - SIZE_NOISE, 1 + SIZE_NOISE);
    double cx = cell * (item.column() + 0.5 + dice.between(-JITTER, JITTER));
    double cy = cell * (item.row() + 0.5 + dice.between(-JITTER, JITTER));
    Paint paint = new Paint(item, dice, cell);
    Box.Around box = new Box.Around();
    for (int y = from(cy - radius); y < to(cy + radius); y++) {
      for (int x = from(cx - radius); x < to(cx + radius); x++) {
        if (pixel(item.kind(), paint, x, y, cx, cy, radius, pixels)) {
          box.add(x, y);
        }
      }
    }
    return box.box();
  }

  private boolean pixel(
      Scene.Kind kind,
      Paint paint,
      int x,
      int y,
      double cx,
      double cy,
      double radius,
      double[] pixels) {
    int hits = 0;
    int marked = 0;
    for (int row = 0; row < SUB; row++) {
      double dy = y + (row + 0.5) / SUB - cy;
      for (int column = 0; column < SUB; column++) {
        double dx = x + (column + 0.5) / SUB - cx;
        if (kind.inside(dx / radius, dy / radius)) {
          hits++;
          marked += paint.marks(dx, dy) ? 1 : 0;
        }
      }
    }
    int at = (y * size + x) * 3;
    for (int c = 0; c < 3 && hits > 0; c++) {
      double own = (hits - marked) * paint.base[c] + marked * paint.mark[c];
      pixels[at + c] = (pixels[at + c] * (SUB * SUB - hits) + own) / (SUB * SUB);
    }
    return hits > 0;
  }

  private int from(double edge) {
    return Math.max(0, (int) edge);
  }

  private int to(double edge) {
    return Math.min(size, (int) edge + 1);
  }

  /** Colour and texture of one thing. */
  private static final class Paint {
    final double[] base = new double[3];
    final double[] mark = new double[3];
    private final Scene.Look.Texture texture;
    private final double cell;

    Paint(Scene.Item item, Dice dice, double cell) {
      texture = item.look().texture();
      this.cell = cell;
      int rgb = item.look().colour().rgb;
      double light = 0;
      for (int c = 0; c < 3; c++) {
        base[c] = (rgb >> (16 - 8 * c) & 255) + dice.between(-COLOUR_NOISE, COLOUR_NOISE);
        light += base[c] * (c == 0 ? 0.299 : c == 1 ? 0.587 : 0.114);
      }
      for (int c = 0; c < 3; c++) {
        mark[c] = light < 125 ? base[c] + (255 - base[c]) * 0.72 : base[c] * 0.38;
      }
    }

    /** Whether the texture marks the point at this offset from the centre. */
    boolean marks(double dx, double dy) {
      return switch (texture) {
        case PLAIN -> false;
        case STRIPED -> fraction(dx / (cell / 5)) < 0.45;
        case DOTTED -> {
          double px = fraction(dx / (cell / 5)) - 0.5;
          double py = fraction(dy / (cell / 5)) - 0.5;
          yield px * px + py * py < 0.3 * 0.3;
        }
      };
    }

    private static double fraction(double v) {
      double moved = v + 64;
      return moved - (int) moved;
    }
  }
}
