package dev.filip.generate;

import dev.filip.image.RgbImage;
import java.awt.image.BufferedImage;

/**
 * A drawing with alpha: four planes (red, green, blue, alpha) of values 0 to 1, colours multiplied
 * by alpha, {@code planes[channel][y * width + x]}. Never written to once made; may be shared.
 */
record Sprite(int width, int height, float[][] planes) {
  private static final int ALPHA = 3;
  private static final float VISIBLE = 8.5f / 255;

  /** From any Java image. */
  static Sprite of(BufferedImage image) {
    int w = image.getWidth();
    int h = image.getHeight();
    float[][] planes = new float[4][w * h];
    int[] row = new int[w];
    for (int y = 0; y < h; y++) {
      image.getRGB(0, y, w, 1, row, 0, w);
      for (int x = 0; x < w; x++) {
        float alpha = (row[x] >>> 24) / 255f;
        planes[ALPHA][y * w + x] = alpha;
        for (int c = 0; c < 3; c++) {
          planes[c][y * w + x] = (row[x] >> (16 - 8 * c) & 255) / 255f * alpha;
        }
      }
    }
    return new Sprite(w, h, planes);
  }

  /** The same, first averaged over blocks so that no side is longer than {@code largest}. */
  static Sprite of(BufferedImage image, int largest) {
    int block = Math.ceilDiv(Math.max(image.getWidth(), image.getHeight()), largest);
    if (block <= 1) {
      return of(image);
    }
    int w = Math.ceilDiv(image.getWidth(), block);
    int h = Math.ceilDiv(image.getHeight(), block);
    float[][] planes = new float[4][w * h];
    int[] row = new int[image.getWidth()];
    float share = 1f / (block * block * 255f);
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int x = 0; x < row.length; x++) {
        int to = y / block * w + x / block;
        int alpha = row[x] >>> 24;
        planes[ALPHA][to] += alpha * share;
        for (int c = 0; c < 3; c++) {
          planes[c][to] += (row[x] >> (16 - 8 * c) & 255) * (alpha / 255f) * share;
        }
      }
    }
    return new Sprite(w, h, planes).legal();
  }

  float alpha(int x, int y) {
    return planes[ALPHA][y * width + x];
  }

  /** The smallest box of visible pixels (alpha above 8 of 255); empty when there is none. */
  Box visible() {
    Box.Around box = new Box.Around();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (alpha(x, y) > VISIBLE) {
          box.add(x, y);
        }
      }
    }
    return box.box();
  }

  /** The part inside {@code box}. */
  Sprite crop(Box box) {
    int w = box.x1() - box.x0();
    int h = box.y1() - box.y0();
    float[][] cut = new float[4][w * h];
    for (int c = 0; c < 4; c++) {
      for (int y = 0; y < h; y++) {
        System.arraycopy(planes[c], (box.y0() + y) * width + box.x0(), cut[c], y * w, w);
      }
    }
    return new Sprite(w, h, cut);
  }

  /** Cropped to what is visible, the longer side {@code size} pixels. */
  Sprite fit(int size) {
    Sprite cut = crop(visible());
    double scale = (double) size / Math.max(cut.width, cut.height);
    int w = Math.clamp(Math.round(cut.width * scale), 1, size);
    int h = Math.clamp(Math.round(cut.height * scale), 1, size);
    return cut.resize(w, h);
  }

  /** In the middle of a transparent square. */
  Sprite centred(int size) {
    float[][] square = new float[4][size * size];
    for (int c = 0; c < 4; c++) {
      for (int y = 0; y < height; y++) {
        int to = ((size - height) / 2 + y) * size + (size - width) / 2;
        System.arraycopy(planes[c], y * width, square[c], to, width);
      }
    }
    return new Sprite(size, size, square);
  }

  /** Bicubic, averaging where it shrinks. */
  Sprite resize(int w, int h) {
    if (w == width && h == height) {
      return this;
    }
    float[][] out = new float[4][];
    for (int c = 0; c < 4; c++) {
      out[c] = Bicubic.resize(planes[c], width, height, w, h);
    }
    return new Sprite(w, h, out).legal();
  }

  /** This drawing, just made, with its values clipped to what alpha allows. */
  Sprite legal() {
    for (int i = 0; i < width * height; i++) {
      float alpha = Math.clamp(planes[ALPHA][i], 0f, 1f);
      planes[ALPHA][i] = alpha;
      for (int c = 0; c < 3; c++) {
        planes[c][i] = Math.clamp(planes[c][i], 0f, alpha);
      }
    }
    return this;
  }

  /** In the middle of a white square of {@code size} pixels. */
  RgbImage onWhite(int size) {
    float[][] canvas = new float[3][size * size];
    for (float[] plane : canvas) {
      java.util.Arrays.fill(plane, 1);
    }
    over(canvas, size, (size - width) / 2, (size - height) / 2);
    return image(canvas, size);
  }

  /** Lays this drawing over an opaque picture, its left upper corner at (left, top). */
  void over(float[][] canvas, int size, int left, int top) {
    for (int y = Math.max(0, -top); y < Math.min(height, size - top); y++) {
      for (int x = Math.max(0, -left); x < Math.min(width, size - left); x++) {
        int to = (top + y) * size + left + x;
        int from = y * width + x;
        for (int c = 0; c < 3; c++) {
          canvas[c][to] = canvas[c][to] * (1 - planes[ALPHA][from]) + planes[c][from];
        }
      }
    }
  }

  /** Three planes of 0 to 1 as 8-bit pixels. */
  static RgbImage image(float[][] canvas, int size) {
    byte[] rgb = new byte[3 * size * size];
    for (int i = 0; i < size * size; i++) {
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (int) (Math.clamp(canvas[c][i], 0f, 1f) * 255 + 0.5f);
      }
    }
    return new RgbImage(size, size, rgb);
  }

  /** Separable bicubic (a = -0.5) of one float plane; the filter widens where it shrinks. */
  static final class Bicubic {
    private static final double REACH = 2;

    private Bicubic() {}

    static float[] resize(float[] plane, int width, int height, int w, int h) {
      float[] wide = lines(plane, width, height, w);
      return columns(wide, w, height, h);
    }

    private static float[] lines(float[] plane, int width, int height, int w) {
      float[] out = new float[w * height];
      for (int x = 0; x < w; x++) {
        Taps taps = Taps.of(x, width, w);
        for (int y = 0; y < height; y++) {
          out[y * w + x] = taps.sum(plane, y * width);
        }
      }
      return out;
    }

    private static float[] columns(float[] plane, int width, int height, int h) {
      float[] out = new float[width * h];
      for (int y = 0; y < h; y++) {
        Taps taps = Taps.of(y, height, h);
        for (int i = 0; i < taps.weights.length; i++) {
          float weight = taps.weights[i];
          int from = (taps.first + i) * width;
          for (int x = 0; x < width; x++) {
            out[y * width + x] += weight * plane[from + x];
          }
        }
      }
      return out;
    }

    /** Weights of the source points {@code first, first + 1, ...} for one target point. */
    private record Taps(int first, float[] weights) {
      static Taps of(int at, int from, int to) {
        double scale = (double) from / to;
        double stretch = Math.max(1, scale);
        double centre = (at + 0.5) * scale;
        int first = (int) Math.max(0, Math.floor(centre - REACH * stretch + 0.5));
        int last = (int) Math.min(from, Math.floor(centre + REACH * stretch + 0.5));
        float[] weights = new float[last - first];
        double sum = 0;
        double[] raw = new double[weights.length];
        for (int i = 0; i < raw.length; i++) {
          raw[i] = cubic((first + i + 0.5 - centre) / stretch);
          sum += raw[i];
        }
        for (int i = 0; i < raw.length; i++) {
          weights[i] = (float) (raw[i] / sum);
        }
        return new Taps(first, weights);
      }

      float sum(float[] plane, int start) {
        float sum = 0;
        for (int i = 0; i < weights.length; i++) {
          sum += weights[i] * plane[start + first + i];
        }
        return sum;
      }
    }

    private static double cubic(double x) {
      double a = -0.5;
      double t = Math.abs(x);
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }
  }
}
