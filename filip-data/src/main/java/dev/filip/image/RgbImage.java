package dev.filip.image;

/**
 * 8-bit RGB pixels, row-major, {@code rgb[(y * width + x) * 3 + channel]}. Not copied: do not write
 * to the array of one you were given.
 */
public record RgbImage(int width, int height, byte[] rgb) {
  public RgbImage {
    if (rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
      throw new IllegalArgumentException(
          "rgb must hold width x height x 3 = "
              + width
              + " x "
              + height
              + " x 3 bytes, got "
              + rgb.length);
    }
  }
}
