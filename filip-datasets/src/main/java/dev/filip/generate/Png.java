package dev.filip.generate;

import dev.filip.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * Writes 8-bit RGB PNG, the same bytes on every machine. Each row takes the filter (none, sub or
 * up) with the smallest sum of absolute values. Not thread-safe: one per thread.
 */
final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private final Deflate deflate = new Deflate();

  byte[] encode(RgbImage image) {
    byte[] rows = filter(image);
    byte[] packed = deflate.compress(rows, rows.length);
    Adler32 adler = new Adler32();
    adler.update(rows);
    ByteBuffer data = ByteBuffer.allocate(packed.length + 6);
    data.putShort((short) 0x7801).put(packed).putInt((int) adler.getValue());
    ByteBuffer header = ByteBuffer.allocate(13).putInt(image.width()).putInt(image.height());
    header.put((byte) 8).put((byte) 2);
    ByteBuffer out = ByteBuffer.allocate(SIGNATURE.length + 3 * 12 + 13 + data.capacity());
    out.put(SIGNATURE);
    chunk(out, "IHDR", header.array());
    chunk(out, "IDAT", data.array());
    chunk(out, "IEND", new byte[0]);
    return out.array();
  }

  private static byte[] filter(RgbImage image) {
    int stride = image.width() * 3;
    byte[] rgb = image.rgb();
    byte[] rows = new byte[(stride + 1) * image.height()];
    for (int y = 0; y < image.height(); y++) {
      int from = y * stride;
      int none = 0;
      int sub = 0;
      int up = 0;
      for (int i = from; i < from + stride; i++) {
        none += Math.abs(rgb[i]);
        sub += Math.abs((byte) (rgb[i] - (i - 3 >= from ? rgb[i - 3] : 0)));
        up += Math.abs((byte) (rgb[i] - (y > 0 ? rgb[i - stride] : 0)));
      }
      int kind = none <= sub && none <= up ? 0 : sub <= up ? 1 : 2;
      int to = y * (stride + 1);
      rows[to++] = (byte) kind;
      for (int i = from; i < from + stride; i++) {
        int left = kind == 1 && i - 3 >= from ? rgb[i - 3] : 0;
        int above = kind == 2 && y > 0 ? rgb[i - stride] : 0;
        rows[to++] = (byte) (rgb[i] - left - above);
      }
    }
    return rows;
  }

  private static void chunk(ByteBuffer out, String type, byte[] data) {
    out.putInt(data.length);
    CRC32 crc = new CRC32();
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    crc.update(name);
    crc.update(data);
    out.put(name).put(data).putInt((int) crc.getValue());
  }
}
