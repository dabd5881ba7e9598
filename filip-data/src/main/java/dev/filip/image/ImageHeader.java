package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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
            case JPEG -> JpegFile.of(file).header();
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
    String other = otherKind(file);
    throw other == null
        ? new UndecodableImage("unknown kind", "not JPEG, PNG, WebP, GIF or BMP")
        : new UndecodableImage(other + " is not read", "only JPEG, PNG, WebP, GIF and BMP are");
  }

  /** A kind of image that is known by its first bytes and not read; null for anything else. */
  private static @Nullable String otherKind(byte[] file) {
    if (starts(file, 0, "II*\0") || starts(file, 0, "MM\0*") || starts(file, 0, "II+\0")) {
      return "tiff";
    } else if (starts(file, 4, "ftypavif") || starts(file, 4, "ftypavis")) {
      return "avif";
    } else if (starts(file, 4, "ftyphe") || starts(file, 4, "ftypm")) {
      return starts(file, 8, "mp4") ? null : "heic";
    } else if (starts(file, 0, "\u00ff\n") || starts(file, 4, "JXL \r\n")) {
      return "jpeg xl";
    } else if (starts(file, 4, "jP  \r\n") || starts(file, 0, "\u00ff\u004f\u00ff\u0051")) {
      return "jpeg 2000";
    } else if (file.length > 2 && file[0] == 'P' && file[1] >= '1' && file[1] <= '6') {
      return Character.isWhitespace(file[2]) ? "pnm" : null;
    }
    return null;
  }

  private static boolean starts(byte[] file, int at, String bytes) {
    byte[] wanted = bytes.getBytes(StandardCharsets.ISO_8859_1);
    return file.length >= at + wanted.length
        && java.util.Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length);
  }

  private static ImageHeader png(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int width = bytes.getInt(16);
    int height = bytes.getInt(20);
    Orientation orientation = new Orientation();
    for (long at = 8; at + 12 <= file.length; ) {
      int length = bytes.getInt((int) at);
      if (length < 0 || at + 12 + length > file.length) {
        break;
      }
      int from = (int) at + 8;
      if (starts(file, from - 4, "eXIf")) {
        orientation.exif(file, from, from + length);
      } else if (starts(file, from - 4, "iTXtXML:com.adobe.xmp\0\0")) { // not compressed
        orientation.xmp(file, from, from + length);
      }
      at += 12L + length;
    }
    return new ImageHeader(Kind.PNG, width, height, orientation.value());
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
    Orientation orientation = new Orientation();
    for (long at = 12; at + 8 <= file.length; ) {
      long length = bytes.getInt((int) at + 4) & 0xFFFFFFFFL;
      boolean whole = at + 8 + length <= file.length;
      int from = (int) at + 8;
      if (whole && starts(file, (int) at, "EXIF")) {
        int skip = starts(file, from, "Exif\0\0") ? 6 : 0;
        orientation.exif(file, from + skip, (int) (from + length));
      } else if (whole && starts(file, (int) at, "XMP ")) {
        orientation.xmp(file, from, (int) (from + length));
      }
      at += 8 + length + (length & 1);
    }
    return new ImageHeader(Kind.WEBP, width, height, orientation.value());
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
    int height = bytes.getInt(22);
    boolean fromTop = file[25] == (byte) 0xFF; // negative, and small
    return new ImageHeader(Kind.BMP, bytes.getInt(18), fromTop ? -height : height, 1);
  }
}
