package dev.filip.image;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * AutoAugment's operations on opaque pictures, equal to PIL's byte for byte. The magnitude is
 * torchvision's: a share for shears and enhancements, pixels for moves, degrees for the rotation, a
 * number of bits for posterising, a threshold for solarising; the last three take none.
 */
public enum AugmentOp {
  SHEAR_X,
  SHEAR_Y,
  TRANSLATE_X,
  TRANSLATE_Y,
  ROTATE,
  BRIGHTNESS,
  COLOR,
  CONTRAST,
  SHARPNESS,
  POSTERIZE,
  SOLARIZE,
  AUTO_CONTRAST,
  EQUALIZE,
  INVERT;

  /** Bins of magnitudes. */
  static final int BINS = 10;

  /** Whether the magnitude may be negative, too. */
  boolean signed() {
    return ordinal() <= SHARPNESS.ordinal();
  }

  /** Magnitude of a bin, 0 to 9, for a picture of this size (torchvision's ranges). */
  double magnitude(int bin, int width, int height) {
    return switch (this) {
      case SHEAR_X, SHEAR_Y -> spaced(0, 0.3, bin);
      case TRANSLATE_X -> spaced(0, 150.0 / 331.0 * width, bin);
      case TRANSLATE_Y -> spaced(0, 150.0 / 331.0 * height, bin);
      case ROTATE -> spaced(0, 30, bin);
      case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> spaced(0, 0.9, bin);
      case POSTERIZE -> 8 - Math.rint(bin / 2.25);
      case SOLARIZE -> spaced(255, 0, bin);
      case AUTO_CONTRAST, EQUALIZE, INVERT -> 0;
    };
  }

  /** {@code torch.linspace} in float32. */
  private static float spaced(double from, double to, int bin) {
    float step = ((float) to - (float) from) / (BINS - 1);
    return bin < BINS / 2 ? (float) from + step * bin : (float) to - step * (BINS - 1 - bin);
  }

  /** The changed picture. */
  public PackedImage apply(PackedImage image, double magnitude) {
    return switch (this) {
      case SHEAR_X -> Warp.shear(sheared(magnitude), 0).apply(image);
      case SHEAR_Y -> Warp.shear(0, sheared(magnitude)).apply(image);
      case TRANSLATE_X -> Warp.translate((int) magnitude, 0).apply(image);
      case TRANSLATE_Y -> Warp.translate(0, (int) magnitude).apply(image);
      case ROTATE ->
          magnitude == 0
              ? image
              : Warp.rotate(magnitude, image.width(), image.height()).apply(image);
      case BRIGHTNESS -> Enhance.brightness(image, 1 + magnitude);
      case COLOR -> Enhance.color(image, 1 + magnitude);
      case CONTRAST -> Enhance.contrast(image, 1 + magnitude);
      case SHARPNESS -> Enhance.sharpness(image, 1 + magnitude);
      case POSTERIZE -> posterize(image, (int) magnitude);
      case SOLARIZE -> solarize(image, magnitude);
      case AUTO_CONTRAST ->
          ByteMaps.map(
              image,
              ByteMaps.autoContrast(ByteMaps.histogram(image, 24)),
              ByteMaps.autoContrast(ByteMaps.histogram(image, 16)),
              ByteMaps.autoContrast(ByteMaps.histogram(image, 8)));
      case EQUALIZE ->
          ByteMaps.map(
              image,
              ByteMaps.equalize(ByteMaps.histogram(image, 24)),
              ByteMaps.equalize(ByteMaps.histogram(image, 16)),
              ByteMaps.equalize(ByteMaps.histogram(image, 8)));
      case INVERT -> solarize(image, 0);
    };
  }

  private static double sheared(double magnitude) {
    return Math.toRadians(Math.toDegrees(Math.atan(magnitude)));
  }

  private static PackedImage posterize(PackedImage image, int bits) {
    int[] table = new int[256];
    java.util.Arrays.setAll(table, i -> i & -(1 << 8 - bits));
    return ByteMaps.map(image, table);
  }

  private static PackedImage solarize(PackedImage image, double threshold) {
    int[] table = new int[256];
    java.util.Arrays.setAll(table, i -> i < threshold ? i : 255 - i);
    return ByteMaps.map(image, table);
  }

  /**
   * PIL's affine transform by nearest neighbour, black where nothing lies: output pixel (x, y) is
   * the input at {@code (a x + b y + c, d x + e y + f)}, in 16.16 fixed point as Geometry.c does.
   */
  private record Warp(double a, double b, double c, double d, double e, double f) {
    /** The inverse of a shear about the upper left corner (torchvision's), in radians. */
    static Warp shear(double sx, double sy) {
      double a = Math.cos(-sy) / Math.cos(sy);
      double b = -Math.cos(-sy) * Math.tan(sx) / Math.cos(sy);
      double c = Math.sin(-sy) / Math.cos(sy);
      double d = -Math.sin(-sy) * Math.tan(sx) / Math.cos(sy) + 1;
      return new Warp(d, -b, 0, -c, a, 0);
    }

    /** The inverse of a move by whole pixels. */
    static Warp translate(int x, int y) {
      return new Warp(1, 0, -x, 0, 1, -y);
    }

    /** The inverse of {@code Image.rotate}: degrees, counter-clockwise, about the centre. */
    static Warp rotate(double degrees, int width, int height) {
      double angle = -Math.toRadians(degrees);
      double cos = Math.rint(Math.cos(angle) * 1e15) / 1e15;
      double sin = Math.rint(Math.sin(angle) * 1e15) / 1e15;
      double x = width / 2.0;
      double y = height / 2.0;
      return new Warp(cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y);
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

  /**
   * PIL's ImageEnhance: a blend of the picture with a degenerate one, float32 and cut off as
   * Blend.c does. Factor 1 changes nothing.
   */
  private static final class Enhance {
    private static final float SIDE = 1f / 13;
    private static final float MIDDLE = 5f / 13;

    private Enhance() {}

    static PackedImage brightness(PackedImage image, double factor) {
      return blend(image, i -> 0, (float) factor);
    }

    static PackedImage color(PackedImage image, double factor) {
      int[] pixels = image.pixels();
      return blend(image, i -> ByteMaps.luma(pixels[i]) * 0x01010100, (float) factor);
    }

    static PackedImage contrast(PackedImage image, double factor) {
      long sum = 0;
      for (int pixel : image.pixels()) {
        sum += ByteMaps.luma(pixel);
      }
      int mean = (int) ((double) sum / image.pixels().length + 0.5);
      return blend(image, i -> mean * 0x01010100, (float) factor);
    }

    static PackedImage sharpness(PackedImage image, double factor) {
      int[] smooth = smooth(image);
      return blend(image, i -> smooth[i], (float) factor);
    }

    private static PackedImage blend(PackedImage image, IntUnaryOperator dull, float factor) {
      if (factor == 1) {
        return image;
      }
      int[] out = new int[image.pixels().length];
      for (int i = 0; i < out.length; i++) {
        int pixel = image.pixels()[i];
        int other = dull.applyAsInt(i);
        out[i] =
            mix(other >>> 24, pixel >>> 24, factor) << 24
                | mix(other >>> 16 & 0xFF, pixel >>> 16 & 0xFF, factor) << 16
                | mix(other >>> 8 & 0xFF, pixel >>> 8 & 0xFF, factor) << 8
                | pixel & 0xFF;
      }
      return new PackedImage(image.width(), image.height(), out, image.stored());
    }

    private static int mix(int dull, int full, float factor) {
      return (int) Math.clamp(dull + factor * (full - dull), 0f, 255f);
    }

    /** ImageFilter.SMOOTH; the border stays as it is. */
    private static int[] smooth(PackedImage image) {
      int w = image.width();
      int h = image.height();
      int[] in = image.pixels();
      int[] out = Arrays.copyOf(in, in.length);
      for (int y = 1; y < h - 1; y++) {
        for (int x = 1; x < w - 1; x++) {
          int at = y * w + x;
          int pixel = 0;
          for (int shift = 24; shift > 0; shift -= 8) {
            float sum = 0.5f;
            sum += row(in, at + w, shift, SIDE);
            sum += row(in, at, shift, MIDDLE);
            sum += row(in, at - w, shift, SIDE);
            pixel |= (int) Math.clamp(sum, 0f, 255f) << shift;
          }
          out[at] = pixel | in[at] & 0xFF;
        }
      }
      return out;
    }

    private static float row(int[] in, int at, int shift, float middle) {
      float left = in[at - 1] >>> shift & 0xFF;
      float here = in[at] >>> shift & 0xFF;
      float right = in[at + 1] >>> shift & 0xFF;
      return left * SIDE + here * middle + right * SIDE;
    }
  }

  /** Changes of single values by tables, one table a channel, and what the tables are made from. */
  private static final class ByteMaps {
    private ByteMaps() {}

    /** The same table for all channels. */
    static PackedImage map(PackedImage image, int[] table) {
      return map(image, table, table, table);
    }

    static PackedImage map(PackedImage image, int[] red, int[] green, int[] blue) {
      int[] from = image.pixels();
      int[] to = new int[from.length];
      for (int i = 0; i < to.length; i++) {
        int pixel = from[i];
        to[i] =
            red[pixel >>> 24] << 24
                | green[pixel >>> 16 & 0xFF] << 16
                | blue[pixel >>> 8 & 0xFF] << 8
                | pixel & 0xFF;
      }
      return new PackedImage(image.width(), image.height(), to, image.stored());
    }

    /** How often each value occurs in the channel at bit {@code shift}. */
    static int[] histogram(PackedImage image, int shift) {
      int[] counts = new int[256];
      for (int pixel : image.pixels()) {
        counts[pixel >>> shift & 0xFF]++;
      }
      return counts;
    }

    /** PIL's luma of a pixel. */
    static int luma(int pixel) {
      int sum =
          (pixel >>> 24) * 19595 + (pixel >>> 16 & 0xFF) * 38470 + (pixel >>> 8 & 0xFF) * 7471;
      return sum + 0x8000 >> 16;
    }

    /** {@code ImageOps.autocontrast}: the darkest value becomes 0, the lightest 255. */
    static int[] autoContrast(int[] counts) {
      int low = 0;
      while (low < 255 && counts[low] == 0) {
        low++;
      }
      int high = 255;
      while (high > 0 && counts[high] == 0) {
        high--;
      }
      int[] table = new int[256];
      double scale = 255.0 / (high - low);
      double offset = -low * scale;
      for (int i = 0; i < 256; i++) {
        table[i] = high <= low ? i : Math.clamp((int) (i * scale + offset), 0, 255);
      }
      return table;
    }

    /** {@code ImageOps.equalize}: values spread evenly. */
    static int[] equalize(int[] counts) {
      int sum = 0;
      int last = 0;
      for (int count : counts) {
        sum += count;
        last = count > 0 ? count : last;
      }
      int step = (sum - last) / 255;
      int[] table = new int[256];
      int n = step / 2;
      for (int i = 0; i < 256; i++) {
        table[i] = step == 0 ? i : Math.min(255, n / step);
        n += counts[i];
      }
      return table;
    }
  }
}
