package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Kind, size and EXIF orientation from an image's first bytes; pixels are not touched.
 *
 * @param orientation EXIF's 1 to 8; 1 is upright and what a file without it has
 */
public record ImageHeader(Kind kind, int width, int height, int orientation) {
  /** The kinds that are read. */
  public enum Kind {
    JPEG,
    PNG,
    WEBP,
    GIF,
    BMP
  }

  /** Pixels the header announces. */
  public long pixels() {
    return (long) width * height;
  }

  /**
   * @throws UndecodableImage for an empty file, an unknown kind, or a header that ends too early
   */
  public static ImageHeader of(byte[] file) throws UndecodableImage {
    if (file.length == 0) {
      throw new UndecodableImage("empty", "");
    }
    Kind kind = kind(file);
    try {
      ImageHeader header =
          switch (kind) {
            case JPEG -> jpeg(file);
            case PNG -> png(file);
            case WEBP -> webp(file);
            case GIF -> little(file, kind, 6);
            case BMP -> bmp(file);
          };
      if (header.width <= 0 || header.height <= 0) {
        throw broken(kind, "size " + header.width + " x " + header.height);
      }
      return header;
    } catch (IndexOutOfBoundsException e) {
      throw broken(kind, "the header ends too early");
    }
  }

  /** The exception for a damaged file of this kind. */
  static UndecodableImage broken(Kind kind, String detail) {
    return new UndecodableImage("broken " + kind.name().toLowerCase(java.util.Locale.ROOT), detail);
  }

  private static Kind kind(byte[] file) throws UndecodableImage {
    if (starts(file, 0, "\u00ff\u00d8\u00ff")) {
      return Kind.JPEG;
    } else if (starts(file, 0, "\u0089PNG\r\n\u001a\n")) {
      return Kind.PNG;
    } else if (starts(file, 0, "RIFF") && starts(file, 8, "WEBP")) {
      return Kind.WEBP;
    } else if (starts(file, 0, "GIF87a") || starts(file, 0, "GIF89a")) {
      return Kind.GIF;
    } else if (starts(file, 0, "BM")) {
      return Kind.BMP;
    }
    throw new UndecodableImage("unknown kind", "not JPEG, PNG, WebP, GIF or BMP");
  }

  private static boolean starts(byte[] file, int at, String bytes) {
    byte[] wanted = bytes.getBytes(StandardCharsets.ISO_8859_1);
    return file.length >= at + wanted.length
        && java.util.Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length);
  }

  private static ImageHeader jpeg(byte[] file) throws UndecodableImage {
    int orientation = 1;
    int at = 2;
    while (true) {
      if (u8(file, at) != 0xFF) {
        at++; // some writers leave bytes between segments
        continue;
      }
      int marker = u8(file, at + 1);
      if (marker == 0xFF || marker == 0 || marker == 1 || marker >= 0xD0 && marker <= 0xD8) {
        at += marker == 0xFF ? 1 : 2;
        continue;
      }
      if (marker == 0xD9 || marker == 0xDA) {
        throw broken(Kind.JPEG, "no frame header");
      }
      int length = u8(file, at + 2) << 8 | u8(file, at + 3);
      boolean frame =
          marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      if (frame) {
        int height = u8(file, at + 5) << 8 | u8(file, at + 6);
        int width = u8(file, at + 7) << 8 | u8(file, at + 8);
        return new ImageHeader(Kind.JPEG, width, height, orientation);
      }
      if (marker == 0xE1 && starts(file, at + 4, "Exif\0\0")) {
        orientation = Exif.orientation(file, at + 10, at + 2 + length);
      }
      at += 2 + length;
    }
  }

  private static ImageHeader png(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int width = bytes.getInt(16);
    int height = bytes.getInt(20);
    int orientation = 1;
    for (long at = 8; at + 12 <= file.length; ) {
      int length = bytes.getInt((int) at);
      if (length < 0 || at + 12 + length > file.length) {
        break;
      }
      if (starts(file, (int) at + 4, "eXIf")) {
        orientation = Exif.orientation(file, (int) at + 8, (int) at + 8 + length);
      }
      at += 12L + length;
    }
    return new ImageHeader(Kind.PNG, width, height, orientation);
  }

  private static ImageHeader webp(byte[] file) throws UndecodableImage {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (starts(file, 12, "VP8 ")) {
      return new ImageHeader(
          Kind.WEBP, bytes.getShort(26) & 0x3FFF, bytes.getShort(28) & 0x3FFF, 1);
    } else if (starts(file, 12, "VP8L")) {
      int sizes = bytes.getInt(21);
      return new ImageHeader(Kind.WEBP, (sizes & 0x3FFF) + 1, (sizes >>> 14 & 0x3FFF) + 1, 1);
    } else if (!starts(file, 12, "VP8X")) {
      throw broken(Kind.WEBP, "no picture chunk");
    }
    int width = 1 + (bytes.getInt(24) & 0xFFFFFF);
    int height = 1 + (bytes.getInt(26) >>> 8);
    int orientation = 1;
    for (long at = 12; at + 8 <= file.length; ) {
      long length = bytes.getInt((int) at + 4) & 0xFFFFFFFFL;
      if (starts(file, (int) at, "EXIF") && at + 8 + length <= file.length) {
        int from = (int) at + 8;
        int skip = starts(file, from, "Exif\0\0") ? 6 : 0;
        orientation = Exif.orientation(file, from + skip, (int) (from + length));
      }
      at += 8 + length + (length & 1);
    }
    return new ImageHeader(Kind.WEBP, width, height, orientation);
  }

  private static ImageHeader little(byte[] file, Kind kind, int at) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    return new ImageHeader(kind, bytes.getShort(at) & 0xFFFF, bytes.getShort(at + 2) & 0xFFFF, 1);
  }

  private static ImageHeader bmp(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getInt(14) == 12) {
      return little(file, Kind.BMP, 18);
    }
    int height = bytes.getInt(22); // negative: rows from the top
    return new ImageHeader(Kind.BMP, bytes.getInt(18), Math.absExact(height), 1);
  }

  private static int u8(byte[] file, int at) {
    return file[at] & 0xFF;
  }
}
