package dev.filip.image;

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
      case SHEAR_X -> Affine.shear(sheared(magnitude), 0).apply(image);
      case SHEAR_Y -> Affine.shear(0, sheared(magnitude)).apply(image);
      case TRANSLATE_X -> Affine.translate((int) magnitude, 0).apply(image);
      case TRANSLATE_Y -> Affine.translate(0, (int) magnitude).apply(image);
      case ROTATE ->
          magnitude == 0
              ? image
              : Affine.rotate(magnitude, image.width(), image.height()).apply(image);
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
}
