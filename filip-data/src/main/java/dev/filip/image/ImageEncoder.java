package dev.filip.image;

import dev.filip.io.BadInput;

/**
 * Pixels as a file: JPEG (by libjpeg-turbo, colour halved in both directions), PNG or WebP.
 * Stateless.
 */
public final class ImageEncoder {
  private ImageEncoder() {}

  /** A kind of file, with the ending of its name. */
  public enum Format {
    JPG(ImageHeader.Kind.JPEG),
    PNG(ImageHeader.Kind.PNG),
    WEBP(ImageHeader.Kind.WEBP);

    private final ImageHeader.Kind kind;

    Format(ImageHeader.Kind kind) {
      this.kind = kind;
    }

    /** What a header of such a file says. */
    public ImageHeader.Kind kind() {
      return kind;
    }

    /** {@code jpg}, {@code png} or {@code webp}. */
    public String extension() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * Encodes.
   *
   * @param quality from 1 to 100; PNG has no loss and needs none
   */
  public static byte[] encode(RgbImage image, Format format, int quality) {
    return encode(PackedImage.of(image), format, quality);
  }

  /** The same of an opaque picture that is packed. */
  public static byte[] encode(PackedImage packed, Format format, int quality) {
    BadInput.require(quality >= 1 && quality <= 100, "quality", quality, "in [1, 100]");
    return switch (format) {
      case JPG -> Leptonica.writeJpeg(packed, quality);
      case PNG -> Leptonica.writePng(packed);
      case WEBP -> Leptonica.writeWebp(packed, quality);
    };
  }
}
