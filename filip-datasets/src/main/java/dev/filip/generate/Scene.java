package dev.filip.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a scene shows; {@link ScenePainter} says how.
 *
 * @param ground textured background
 * @param items two or three things in different cells of a 3 x 3 grid
 * @param paint key of the random numbers that only the painter uses (jitter, noise)
 */
record Scene(Ground ground, List<Item> items, long paint) {
  /** Cells in a row of the grid. */
  static final int GRID = 3;

  /**
   * One thing.
   *
   * @param kind what it is
   * @param look how it looks
   * @param cell 0 to 8, row by row
   */
  record Item(Kind kind, Look look, int cell) {
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
    int[] kinds = dice.order(Kind.values().length);
    int[] cells = dice.order(GRID * GRID);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(new Item(Kind.values()[kinds[i]], look(dice), cells[i]));
    }
    return new Scene(dice.pick(Ground.values()), items, dice.next());
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
      Look look = items.get((i + 1) % items.size()).look();
      turned.add(new Item(items.get(i).kind(), look, cells[i]));
    }
    return new Scene(ground, turned, dice.next());
  }

  private static Look look(Dice dice) {
    return new Look(
        dice.pick(Look.Size.values()),
        dice.pick(Look.Colour.values()),
        dice.pick(Look.Texture.values()));
  }

  /**
   * What a caption says of a thing beside its kind.
   *
   * @param size large or small
   * @param colour one of eight
   * @param texture plain is not said
   */
  record Look(Size size, Colour colour, Texture texture) {

    /** Diameter as a share of the cell. */
    enum Size {
      LARGE(0.95),
      SMALL(0.62);

      final double share;

      Size(double share) {
        this.share = share;
      }

      String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** Colours, before the noise of each object. */
    enum Colour {
      RED(0xDC2328),
      ORANGE(0xF58714),
      YELLOW(0xFADC28),
      GREEN(0x148232),
      BLUE(0x2350D2),
      PURPLE(0x8228AA),
      PINK(0xFA82B4),
      BROWN(0x6E4123);

      final int rgb;

      Colour(int rgb) {
        this.rgb = rgb;
      }

      String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** Surface of a thing. */
    enum Texture {
      PLAIN,
      STRIPED,
      DOTTED;

      String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** {@code large red striped}. */
    String words() {
      String base = size.word() + " " + colour.word();
      return texture == Texture.PLAIN ? base : base + " " + texture.word();
    }

    Look with(Size other) {
      return new Look(other, colour, texture);
    }

    Look with(Colour other) {
      return new Look(size, other, texture);
    }

    Look with(Texture other) {
      return new Look(size, colour, other);
    }
  }

  /**
   * The twelve things of a scene, as point-in-shape tests in the square [-1, 1] x [-1, 1], y
   * pointing down. Only the four operations and comparisons are used, so pictures are the same on
   * every machine.
   */
  enum Kind {
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

    /**
     * Point up, from {@code top} to {@code bottom}, {@code half} wide to each side at the bottom.
     */
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

  /**
   * The six textured backgrounds. {@code u, v} run over the picture as 0 to 84, whatever its size.
   */
  enum Ground {
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
}
