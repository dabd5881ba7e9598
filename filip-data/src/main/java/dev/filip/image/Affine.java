package dev.filip.image;

import java.util.Arrays;

/**
 * PIL's affine transform by nearest neighbour, black where nothing lies: output pixel (x, y) is the
 * input at {@code (a x + b y + c, d x + e y + f)}, in 16.16 fixed point as Geometry.c does.
 */
record Affine(double a, double b, double c, double d, double e, double f) {
  /** The inverse of a shear about the upper left corner (torchvision's), in radians. */
  static Affine shear(double sx, double sy) {
    double a = Math.cos(-sy) / Math.cos(sy);
    double b = -Math.cos(-sy) * Math.tan(sx) / Math.cos(sy);
    double c = Math.sin(-sy) / Math.cos(sy);
    double d = -Math.sin(-sy) * Math.tan(sx) / Math.cos(sy) + 1;
    return new Affine(d, -b, 0, -c, a, 0);
  }

  /** The inverse of a move by whole pixels. */
  static Affine translate(int x, int y) {
    return new Affine(1, 0, -x, 0, 1, -y);
  }

  /** The inverse of {@code Image.rotate}: degrees, counter-clockwise, about the centre. */
  static Affine rotate(double degrees, int width, int height) {
    double angle = -Math.toRadians(degrees);
    double cos = Math.rint(Math.cos(angle) * 1e15) / 1e15;
    double sin = Math.rint(Math.sin(angle) * 1e15) / 1e15;
    double x = width / 2.0;
    double y = height / 2.0;
    return new Affine(cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y);
  }

  PackedImage apply(PackedImage image) {
    int[] out = new int[image.pixels().length];
    Arrays.fill(out, 0xFF);
    if (b == 0 && d == 0) {
      scale(image, out);
    } else {
      fixed(image, out);
    }
    return new PackedImage(image.width(), image.height(), out, image.stored());
  }

  private void scale(PackedImage image, int[] out) {
    int w = image.width();
    int h = image.height();
    double v = f + e * 0.5;
    for (int y = 0; y < h; y++, v += e) {
      double u = c + a * 0.5;
      for (int x = 0; x < w; x++, u += a) {
        int column = u < 0 ? -1 : (int) u;
        int row = v < 0 ? -1 : (int) v;
        if (column >= 0 && column < w && row >= 0 && row < h) {
          out[y * w + x] = image.pixels()[row * w + column];
        }
      }
    }
  }

  private void fixed(PackedImage image, int[] out) {
    int w = image.width();
    int h = image.height();
    int stepX = fix(a);
    int stepY = fix(d);
    int rowX = fix(c + a * 0.5 + b * 0.5);
    int rowY = fix(f + d * 0.5 + e * 0.5);
    for (int y = 0; y < h; y++, rowX += fix(b), rowY += fix(e)) {
      int u = rowX;
      int v = rowY;
      for (int x = 0; x < w; x++, u += stepX, v += stepY) {
        int column = u >> 16;
        int row = v >> 16;
        if (column >= 0 && column < w && row >= 0 && row < h) {
          out[y * w + x] = image.pixels()[row * w + column];
        }
      }
    }
  }

  private static int fix(double value) {
    return (int) Math.floor(value * 65536.0 + 0.5);
  }
}
