package dev.filip.image;

/** PIL's conversions between RGBA and its premultiplied form (Convert.c), rounding included. */
final class Premultiplied {
  private Premultiplied() {}

  static PackedImage of(PackedImage image) {
    int[] out = new int[image.pixels().length];
    for (int i = 0; i < out.length; i++) {
      int pixel = image.pixels()[i];
      int a = pixel & 0xFF;
      out[i] =
          times(pixel >>> 24, a) << 24
              | times(pixel >>> 16 & 0xFF, a) << 16
              | times(pixel >>> 8 & 0xFF, a) << 8
              | a;
    }
    return new PackedImage(image.width(), image.height(), out, image.stored());
  }

  private static int times(int value, int alpha) {
    int product = value * alpha + 128;
    return (product >> 8) + product >> 8;
  }

  static PackedImage undo(PackedImage image) {
    int[] out = new int[image.pixels().length];
    for (int i = 0; i < out.length; i++) {
      int pixel = image.pixels()[i];
      int a = pixel & 0xFF;
      out[i] =
          a == 0 || a == 255
              ? pixel
              : over(pixel >>> 24, a) << 24
                  | over(pixel >>> 16 & 0xFF, a) << 16
                  | over(pixel >>> 8 & 0xFF, a) << 8
                  | a;
    }
    return new PackedImage(image.width(), image.height(), out, image.stored());
  }

  private static int over(int value, int alpha) {
    return Math.min(255, 255 * value / alpha);
  }
}
