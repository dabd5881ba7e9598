package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The orientation tag of an EXIF block, and the turn it asks for. */
final class Exif {
  private static final int ORIENTATION = 0x0112;

  private Exif() {}

  /** 1 to 8; 1 for a block that is damaged or says nothing. */
  static int orientation(byte[] file, int from, int to) {
    if (to > file.length || to - from < 8) {
      return 1;
    }
    ByteBuffer tiff = ByteBuffer.wrap(file, from, to - from).slice();
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int at = tiff.getInt(4);
    if (at < 8 || at > tiff.limit() - 2) {
      return 1;
    }
    int entries = tiff.getShort(at) & 0xFFFF;
    for (int i = 0; i < entries && at + 2 + 12 * (i + 1) <= tiff.limit(); i++) {
      int entry = at + 2 + 12 * i;
      if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION) {
        int value = tiff.getShort(entry + 8);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
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
