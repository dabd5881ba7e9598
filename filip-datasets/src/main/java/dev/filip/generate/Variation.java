package dev.filip.generate;

/**
 * Small changes of colour and form for training drawings: hue, saturation, light, contrast, now and
 * then grey; a slight turn and shear. Strength 0 changes nothing, 1 is the measured recipe ({@code
 * docs/DATA.md}). Each picture is one throw of the dice.
 */
final class Variation {
  private static final double HUE = 0.03 * 2 * StrictMath.PI;
  private static final double SATURATION = 0.3;
  private static final double LIGHT = 0.07;
  private static final double CONTRAST = 0.2;
  private static final double GREY = 0.05;
  private static final double TURN = 0.1;
  private static final double SHEAR = 0.06;
  private static final double[] LUMA = {0.299, 0.587, 0.114};
  private final double strength;
  private final Dice dice;

  Variation(double strength, Dice dice) {
    this.strength = strength;
    this.dice = dice;
  }

  /** Uniform in +-range, scaled by the strength. */
  double within(double range) {
    return strength * dice.between(-range, range);
  }

  /** The drawing in slightly other colours. */
  Sprite colour(Sprite sprite) {
    double hue = within(HUE);
    double saturation = dice.unit() < GREY * strength ? 0 : 1 + within(SATURATION);
    double contrast = 1 + within(CONTRAST);
    double[][] turn = multiply(saturate(saturation), rotateHue(hue));
    double offset = (1 - contrast) * 0.5 + within(LIGHT);
    float[][] planes = sprite.planes();
    float[][] out = new float[4][];
    out[3] = planes[3].clone();
    for (int c = 0; c < 3; c++) {
      out[c] = new float[planes[c].length];
      for (int i = 0; i < out[c].length; i++) {
        double mixed =
            turn[c][0] * planes[0][i] + turn[c][1] * planes[1][i] + turn[c][2] * planes[2][i];
        out[c][i] = (float) (contrast * mixed + offset * planes[3][i]);
      }
    }
    return new Sprite(sprite.width(), sprite.height(), out).legal();
  }

  /** The drawing slightly turned and slanted about its middle, on a canvas that holds it. */
  Sprite turn(Sprite sprite) {
    double angle = within(TURN);
    double shear = within(SHEAR);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double spread = Math.abs(sin) + Math.abs(shear);
    int w = (int) Math.ceil(sprite.width() + spread * sprite.height());
    int h = (int) Math.ceil(sprite.height() + Math.abs(sin) * sprite.width());
    float[][] out = new float[4][w * h];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        double u = x + 0.5 - w / 2.0;
        double v = y + 0.5 - h / 2.0;
        double fromX = cos * u + (sin + shear) * v + sprite.width() / 2.0 - 0.5;
        double fromY = -sin * u + cos * v + sprite.height() / 2.0 - 0.5;
        sample(sprite, fromX, fromY, out, y * w + x);
      }
    }
    return new Sprite(w, h, out);
  }

  /** Bilinear; transparent outside. */
  private static void sample(Sprite sprite, double x, double y, float[][] out, int to) {
    int x0 = (int) Math.floor(x);
    int y0 = (int) Math.floor(y);
    for (int k = 0; k < 4; k++) {
      int px = x0 + k % 2;
      int py = y0 + k / 2;
      if (px >= 0 && py >= 0 && px < sprite.width() && py < sprite.height()) {
        double weight = (1 - Math.abs(x - px)) * (1 - Math.abs(y - py));
        for (int c = 0; c < 4; c++) {
          out[c][to] += (float) (weight * sprite.planes()[c][py * sprite.width() + px]);
        }
      }
    }
  }

  private static double[][] saturate(double share) {
    double[][] m = new double[3][3];
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 3; c++) {
        m[r][c] = (r == c ? share : 0) + (1 - share) * LUMA[c];
      }
    }
    return m;
  }

  /** A turn about the grey axis (Rodrigues). */
  private static double[][] rotateHue(double angle) {
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle) / Math.sqrt(3);
    double third = (1 - cos) / 3;
    return new double[][] {
      {cos + third, third - sin, third + sin},
      {third + sin, cos + third, third - sin},
      {third - sin, third + sin, cos + third}
    };
  }

  private static double[][] multiply(double[][] a, double[][] b) {
    double[][] m = new double[3][3];
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 3; c++) {
        m[r][c] = a[r][0] * b[0][c] + a[r][1] * b[1][c] + a[r][2] * b[2][c];
      }
    }
    return m;
  }
}
