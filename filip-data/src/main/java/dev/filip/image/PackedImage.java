package dev.filip.image;

/**
 * Pixels as {@code 0xRRGGBBAA}, row-major: the form the decoders give and the resize works on. Not
 * copied: do not write to the array of one you were given.
 *
 * @param stored how the file held them; without transparency the last byte is 255
 */
public record PackedImage(int width, int height, int[] pixels, Stored stored) {
  public PackedImage {
    if (width <= 0 || height <= 0 || pixels.length != Math.multiplyExact(width, height)) {
      throw new IllegalArgumentException(
          "pixels must hold width x height = "
              + width
              + " x "
              + height
              + " ints, got "
              + pixels.length);
    }
  }

  /** An opaque picture. */
  public static PackedImage opaque(int width, int height, int[] pixels) {
    return new PackedImage(width, height, pixels, Stored.PLAIN);
  }

  /** From three bytes a pixel. */
  public static PackedImage of(RgbImage image) {
    byte[] rgb = image.rgb();
    int[] pixels = new int[image.width() * image.height()];
    for (int i = 0, at = 0; i < pixels.length; i++, at += 3) {
      pixels[i] =
          (rgb[at] & 0xFF) << 24 | (rgb[at + 1] & 0xFF) << 16 | (rgb[at + 2] & 0xFF) << 8 | 0xFF;
    }
    return opaque(image.width(), image.height(), pixels);
  }

  /** The colours as three bytes a pixel; transparency is left out. */
  public RgbImage toRgb() {
    byte[] rgb = new byte[pixels.length * 3];
    for (int i = 0, at = 0; i < pixels.length; i++, at += 3) {
      int pixel = pixels[i];
      rgb[at] = (byte) (pixel >>> 24);
      rgb[at + 1] = (byte) (pixel >>> 16);
      rgb[at + 2] = (byte) (pixel >>> 8);
    }
    return new RgbImage(width, height, rgb);
  }

  /** Without transparency, as {@code how} says. */
  public PackedImage flatten(DecodeOptions.Alpha how) {
    if (!stored.alpha()) {
      return this;
    }
    int[] flat = new int[pixels.length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = how == DecodeOptions.Alpha.DROP ? pixels[i] | 0xFF : onWhite(pixels[i]);
    }
    return new PackedImage(width, height, flat, Stored.PLAIN);
  }

  /** PIL's alpha_composite (AlphaComposite.c) over an opaque white ground. */
  private static int onWhite(int pixel) {
    int a = pixel & 0xFF;
    if (a == 0) {
      return -1;
    }
    int over = a << 7;
    int under = (255 << 7) - over;
    return mix(pixel >>> 24, over, under) << 24
        | mix(pixel >>> 16 & 0xFF, over, under) << 16
        | mix(pixel >>> 8 & 0xFF, over, under) << 8
        | 0xFF;
  }

  private static int mix(int value, int over, int under) {
    int sum = value * over + 255 * under + (0x80 << 7);
    return ((sum >> 8) + sum >> 8) >> 7;
  }

  /** How a file stored its pixels: what the Python tools treat apart. */
  enum Stored {
    /** Opaque colour or gray. */
    PLAIN,
    /** With a channel of opacity (PIL's RGBA and LA). */
    ALPHA_CHANNEL,
    /** Colour or gray with one transparent value (PNG's {@code tRNS}). */
    ALPHA_KEY,
    /** A palette, or one bit a pixel: PIL resizes these by nearest neighbour unless converted. */
    INDEXED,
    /** A palette with transparent entries. */
    INDEXED_ALPHA;

    /** Whether the pixels' last byte means opacity. */
    public boolean alpha() {
      return this == ALPHA_CHANNEL || this == ALPHA_KEY || this == INDEXED_ALPHA;
    }

    /** Whether it is a palette or 1-bit picture. */
    public boolean indexed() {
      return this == INDEXED || this == INDEXED_ALPHA;
    }

    static Stored indexed(boolean alpha) {
      return alpha ? INDEXED_ALPHA : INDEXED;
    }
  }
}
