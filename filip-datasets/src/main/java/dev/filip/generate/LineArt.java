package dev.filip.generate;

import java.util.Arrays;

/**
 * Redraws a drawing as a line drawing: sometimes flat colours, dark lines where colours meet, a
 * dark outline around it. A model that sees a part of its training drawings this way knows the
 * things of an artist who draws with outlines far better. Each picture is one throw of the dice.
 */
final class LineArt {
  /** Pixels each way of the square that lines are drawn on; strokes are 1 to 3 of them wide. */
  static final int SIZE = 64;

  private static final int INNER = 60;
  private static final double FLAT = 0.3;
  private static final double LINES = 0.7;
  private static final double OUTLINE = 0.8;
  private static final double COLOURED = 0.4;
  private static final float DARKEST = 0.25f;
  private final Dice dice;

  LineArt(Dice dice) {
    this.dice = dice;
  }

  /** The drawing on a transparent square of {@link #SIZE} with a margin for the outline. */
  Sprite redraw(Sprite sprite) {
    Sprite square = sprite.fit(INNER).centred(SIZE);
    float[] alpha = square.planes()[3];
    float[] lines = lines(square);
    float[][] colour = dice.unit() < FLAT ? flat(square) : copy(square.planes());
    float[] dark = dark();
    float[] outer = alpha;
    if (dice.unit() < OUTLINE) {
      outer = Morphology.dilate(alpha, SIZE, reach());
      if (dice.coin()) {
        float[] core = Morphology.erode(alpha, SIZE, 1);
        for (int i = 0; i < lines.length; i++) {
          lines[i] = Math.max(lines[i], alpha[i] - core[i]);
        }
      }
    }
    float[][] out = {colour[0], colour[1], colour[2], outer};
    for (int i = 0; i < alpha.length; i++) {
      for (int c = 0; c < 3; c++) {
        float base = colour[c][i] + dark[c] * (outer[i] - alpha[i]);
        out[c][i] = base * (1 - lines[i]) + dark[c] * lines[i] * outer[i];
      }
    }
    return new Sprite(SIZE, SIZE, out).legal();
  }

  /** Where neighbouring colours differ, 0 to 1; nothing at all in some drawings. */
  private float[] lines(Sprite square) {
    float[] alpha = square.planes()[3];
    float[] edge = new float[alpha.length];
    for (int c = 0; c < 3; c++) {
      float[] level = new float[alpha.length];
      for (int i = 0; i < level.length; i++) {
        level[i] = square.planes()[c][i] + 0.5f * (1 - alpha[i]);
      }
      float[] high = Morphology.dilate(level, SIZE, 1);
      float[] low = Morphology.erode(level, SIZE, 1);
      for (int i = 0; i < level.length; i++) {
        edge[i] = Math.max(edge[i], high[i] - low[i]);
      }
    }
    float threshold = (float) dice.between(0.12, 0.37);
    boolean drawn = dice.unit() < LINES;
    for (int i = 0; i < edge.length; i++) {
      edge[i] = drawn ? Math.clamp((edge[i] - threshold) * 6, 0f, 1f) : 0;
    }
    float[] wide = dice.unit() < 0.65 ? Morphology.dilate(edge, SIZE, 1) : edge;
    for (int i = 0; i < wide.length; i++) {
      wide[i] *= alpha[i];
    }
    return wide;
  }

  /** Smoothed, then two to four steps of brightness a channel. */
  private float[][] flat(Sprite square) {
    int steps = 2 + dice.below(3);
    float[] alpha = square.planes()[3];
    float[] weight = Morphology.mean(alpha, SIZE, 2);
    float[][] out = new float[3][];
    for (int c = 0; c < 3; c++) {
      out[c] = Morphology.mean(square.planes()[c], SIZE, 2);
      for (int i = 0; i < alpha.length; i++) {
        float level = out[c][i] / Math.max(weight[i], 1e-3f);
        out[c][i] = Math.clamp(Math.round(level * steps) / (float) steps, 0f, 1f) * alpha[i];
      }
    }
    return out;
  }

  private float[] dark() {
    boolean coloured = dice.unit() < COLOURED;
    float[] dark = new float[3];
    for (int c = 0; c < 3; c++) {
      dark[c] = coloured ? DARKEST * (float) dice.unit() : 0;
    }
    return dark;
  }

  private int reach() {
    double throwOf = dice.unit();
    return throwOf < 0.15 ? 1 : throwOf < 0.6 ? 2 : 3;
  }

  private static float[][] copy(float[][] planes) {
    return new float[][] {planes[0].clone(), planes[1].clone(), planes[2].clone()};
  }

  /** Neighbourhoods of {@code 2 reach + 1} pixels each way on a square plane, cut at its border. */
  static final class Morphology {
    private Morphology() {}

    /** Largest value of each neighbourhood. */
    static float[] dilate(float[] plane, int size, int reach) {
      float[] rows = plane.clone();
      for (int y = 0; y < size; y++) {
        int row = y * size;
        for (int shift = 1; shift <= reach; shift++) {
          largest(plane, row + shift, rows, row, size - shift);
          largest(plane, row, rows, row + shift, size - shift);
        }
      }
      float[] out = rows.clone();
      for (int shift = 1; shift <= reach; shift++) {
        int length = (size - shift) * size;
        largest(rows, shift * size, out, 0, length);
        largest(rows, 0, out, shift * size, length);
      }
      return out;
    }

    /** Smallest value of each neighbourhood. */
    static float[] erode(float[] plane, int size, int reach) {
      return negative(dilate(negative(plane), size, reach));
    }

    /** Mean of each neighbourhood; what lies outside counts as 0. */
    static float[] mean(float[] plane, int size, int reach) {
      float[] rows = new float[plane.length];
      float[] out = new float[plane.length];
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          for (int i = Math.max(0, x - reach); i <= Math.min(size - 1, x + reach); i++) {
            rows[y * size + x] += plane[y * size + i];
          }
        }
      }
      int width = 2 * reach + 1;
      for (int y = 0; y < size; y++) {
        for (int i = Math.max(0, y - reach); i <= Math.min(size - 1, y + reach); i++) {
          for (int x = 0; x < size; x++) {
            out[y * size + x] += rows[i * size + x] / (width * width);
          }
        }
      }
      return out;
    }

    private static void largest(float[] from, int start, float[] into, int at, int length) {
      for (int i = 0; i < length; i++) {
        into[at + i] = Math.max(into[at + i], from[start + i]);
      }
    }

    private static float[] negative(float[] plane) {
      float[] out = Arrays.copyOf(plane, plane.length);
      for (int i = 0; i < out.length; i++) {
        out[i] = -out[i];
      }
      return out;
    }
  }
}
