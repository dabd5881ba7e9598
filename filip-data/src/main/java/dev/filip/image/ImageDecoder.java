package dev.filip.image;

import org.jspecify.annotations.Nullable;

/**
 * Decodes JPEG (any sampling, progressive, arithmetic, CMYK), PNG (any depth, palette, alpha),
 * WebP, GIF (first frame) and BMP to the pixels that PIL gives. Thread-safe.
 *
 * <p>Refused: truncated files, kinds not named here, and headers that announce more pixels than
 * allowed. Differences from PIL: 16-bit gray is scaled (PIL clips it at 255), CMYK is off by 1 at
 * most where it is not equal, the first frame of an animated WebP is not read.
 */
public final class ImageDecoder {
  private ImageDecoder() {}

  /** Opaque pixels: transparency goes as the options say. */
  public static RgbImage decode(byte[] file, DecodeOptions options) throws UndecodableImage {
    return decodeOpaque(file, options).toRgb();
  }

  /** The same, packed. */
  public static PackedImage decodeOpaque(byte[] file, DecodeOptions options)
      throws UndecodableImage {
    return decodePacked(file, options).flatten(options.alpha());
  }

  /** Pixels with their transparency, if the file has any; {@code options.alpha} is not applied. */
  public static PackedImage decodePacked(byte[] file, DecodeOptions options)
      throws UndecodableImage {
    ImageHeader header = ImageHeader.of(file);
    if (header.pixels() > options.maxPixels()) {
      throw new UndecodableImage(
          "too large",
          header.width() + " x " + header.height() + " pixels, limit " + options.maxPixels());
    }
    PackedImage image =
        switch (header.kind()) {
          case PNG -> PngDecoder.decode(file);
          case GIF -> GifDecoder.decode(file, header, options.maxPixels());
          case BMP -> BmpDecoder.decode(file, header);
          case JPEG -> jpeg(file);
          case WEBP -> webp(file);
        };
    return options.exifRotation() ? Orientation.upright(image, header.orientation()) : image;
  }

  private static PackedImage jpeg(byte[] file) throws UndecodableImage {
    JpegFile jpeg = JpegFile.of(file);
    if (!jpeg.whole()) { // before libjpeg speaks of it itself
      throw ImageHeader.broken(ImageHeader.Kind.JPEG, "truncated");
    }
    PackedImage common = JpegStrip.decode(file, jpeg);
    return common != null ? common : whole(Leptonica.jpeg(jpeg.marked()), ImageHeader.Kind.JPEG);
  }

  private static PackedImage webp(byte[] file) throws UndecodableImage {
    boolean animated = file.length > 20 && file[15] == 'X' && (file[20] & 2) != 0;
    if (animated) {
      throw new UndecodableImage("animated webp", "only still ones are read");
    }
    return whole(Leptonica.webp(file), ImageHeader.Kind.WEBP);
  }

  private static PackedImage whole(@Nullable PackedImage image, ImageHeader.Kind kind)
      throws UndecodableImage {
    if (image == null) {
      throw ImageHeader.broken(kind, "truncated or damaged");
    }
    return image;
  }
}
