package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What PIL takes a BMP's palette for. */
final class Bmp {
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
