package dev.filip.generate;

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
}
