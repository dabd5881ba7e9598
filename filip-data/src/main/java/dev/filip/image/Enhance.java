package dev.filip.image;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * PIL's ImageEnhance: a blend of the picture with a degenerate one, float32 and cut off as Blend.c
 * does. Factor 1 changes nothing.
 */
final class Enhance {
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
