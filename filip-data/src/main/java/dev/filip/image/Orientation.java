package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's metadata say of its orientation, as PIL reads them: the tag of the first EXIF
 * block, of whatever type of number it is, or, where that has none, XMP's. Used by one thread.
 */
final class Orientation {
  private static final int TAG = 0x0112;
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

  /** Bytes of a value of each TIFF type that is a number; 0 for what is none to PIL. */
  private static final int[] SIZES = {0, 0, 0, 2, 4, 8, 1, 0, 2, 4, 8, 4, 8, 4, 0, 0, 8};

  private static final int NONE = -1;

  private int exif = NONE;
  private int xmp = NONE;
  private boolean block;

  /** 1 to 8; 1 where nothing else is said. */
  int value() {
    int said = exif != NONE ? exif : xmp;
    return said >= 1 && said <= 8 ? said : 1;
  }

  /** An EXIF block, a TIFF header first; only the first of several counts. */
  void exif(byte[] file, int from, int to) {
    if (!block && from <= to && to <= file.length) {
      block = true;
      exif = tag(ByteBuffer.wrap(file, from, to - from).slice());
    }
  }

  /** XMP's XML. */
  void xmp(byte[] file, int from, int to) {
    if (from <= to && to <= file.length) {
      Matcher found = XMP.matcher(new String(file, from, to - from, StandardCharsets.ISO_8859_1));
      xmp = found.find() ? found.group(1).charAt(0) - '0' : NONE;
    }
  }

  private static int tag(ByteBuffer tiff) {
    if (tiff.limit() < 10) {
      return NONE;
    }
    int order = tiff.getShort(0);
    int magic = tiff.getShort(2);
    boolean known = magic == 42 || magic == 42 << 8 || magic == 43 && order == 0x4D4D;
    if (order != 0x4949 && order != 0x4D4D || !known) {
      return NONE;
    }
    tiff.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int at = tiff.getInt(4);
    if (at < 8 || at > tiff.limit() - 2) {
      return NONE;
    }
    int entries = tiff.getShort(at) & 0xFFFF;
    for (int i = 0; i < entries && at + 2 + 12 * (i + 1) <= tiff.limit(); i++) {
      int entry = at + 2 + 12 * i;
      if ((tiff.getShort(entry) & 0xFFFF) == TAG) {
        return value(tiff, entry);
      }
    }
    return NONE;
  }

  /** The first value of an entry, 0 where it is no whole number; {@link #NONE} for no number. */
  private static int value(ByteBuffer tiff, int entry) {
    int type = tiff.getShort(entry + 2) & 0xFFFF;
    long count = tiff.getInt(entry + 4) & 0xFFFFFFFFL;
    int size = type < SIZES.length ? SIZES[type] : 0;
    if (size == 0 || count == 0) {
      return NONE;
    }
    long at = count * size <= 4 ? entry + 8 : tiff.getInt(entry + 8) & 0xFFFFFFFFL;
    if (at + count * size > tiff.limit()) {
      return NONE;
    }
    double value = number(tiff, type, (int) at);
    return value == (int) value ? (int) value : 0;
  }

  private static double number(ByteBuffer tiff, int type, int at) {
    return switch (type) {
      case 3, 8 -> tiff.getShort(at);
      case 5, 10 -> (double) tiff.getInt(at) / tiff.getInt(at + 4);
      case 6 -> tiff.get(at);
      case 11 -> tiff.getFloat(at);
      case 12 -> tiff.getDouble(at);
      case 16 -> tiff.getLong(at);
      default -> tiff.getInt(at);
    };
  }

  /** The upright picture of one stored with this orientation (PIL's {@code exif_transpose}). */
  static PackedImage upright(PackedImage image, int orientation) {
    if (orientation == 1) {
      return image;
    }
    int w = image.width();
    int h = image.height();
    boolean swap = orientation >= 5;
    int width = swap ? h : w;
    int height = swap ? w : h;
    int[] from = image.pixels();
    int[] to = new int[from.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        to[y * width + x] =
            switch (orientation) {
              case 2 -> from[y * w + w - 1 - x];
              case 3 -> from[(h - 1 - y) * w + w - 1 - x];
              case 4 -> from[(h - 1 - y) * w + x];
              case 5 -> from[x * w + y];
              case 6 -> from[(h - 1 - x) * w + y];
              case 7 -> from[(h - 1 - x) * w + w - 1 - y];
              default -> from[x * w + w - 1 - y];
            };
      }
    }
    return new PackedImage(width, height, to, image.stored());
  }
}
