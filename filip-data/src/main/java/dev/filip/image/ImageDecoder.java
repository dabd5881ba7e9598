package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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
    return decodePacked(file, options).flatten(options.alpha()).toRgb();
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
          case JPEG, WEBP, BMP -> byLeptonica(file, header);
        };
    return options.exifRotation() ? Exif.upright(image, header.orientation()) : image;
  }

  private static PackedImage byLeptonica(byte[] file, ImageHeader header) throws UndecodableImage {
    if (header.kind() == ImageHeader.Kind.JPEG && !endsAsJpeg(file)) {
      throw ImageHeader.broken(header.kind(), "truncated"); // before libjpeg speaks of it itself
    }
    if (header.kind() == ImageHeader.Kind.WEBP && animated(file)) {
      throw new UndecodableImage("animated webp", "only still ones are read");
    }
    PackedImage image = Leptonica.read(file);
    if (image == null) {
      throw ImageHeader.broken(header.kind(), "truncated or damaged");
    }
    if (header.kind() == ImageHeader.Kind.BMP && Bmp.indexed(file)) {
      return new PackedImage(
          image.width(), image.height(), image.pixels(), PackedImage.Stored.INDEXED);
    }
    return image;
  }

  private static boolean animated(byte[] file) {
    return file.length > 20 && file[15] == 'X' && (file[20] & 2) != 0;
  }

  /** Whether an end marker follows the (last) start of a scan. */
  private static boolean endsAsJpeg(byte[] file) {
    for (int i = file.length - 2; i >= 0; i--) {
      if (file[i] == (byte) 0xFF && file[i + 1] == (byte) 0xD9) {
        return true;
      } else if (file[i] == (byte) 0xFF && file[i + 1] == (byte) 0xDA) {
        return false;
      }
    }
    return false;
  }

  /** What PIL takes a BMP's palette for. */
  private static final class Bmp {
    private Bmp() {}

    /** Whether it has a palette that is not a gray ramp, or two colours. */
    static boolean indexed(byte[] file) {
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      int header = bytes.getInt(14);
      boolean old = header == 12;
      int depth = bytes.getShort(old ? 24 : 28);
      if (depth > 8 || depth <= 0) {
        return false;
      }
      int said = old || header < 40 ? 0 : bytes.getInt(46);
      int colours = said > 0 && said <= 256 ? said : 1 << depth;
      int size = old ? 3 : 4;
      for (int i = 0; i < colours; i++) {
        int at = 14 + header + i * size;
        int wanted = colours == 2 ? i * 255 : i;
        for (int c = 0; c < 3; c++) {
          if (at + c >= file.length || (file[at + c] & 0xFF) != wanted) {
            return true;
          }
        }
      }
      return colours == 2;
    }
  }
}
