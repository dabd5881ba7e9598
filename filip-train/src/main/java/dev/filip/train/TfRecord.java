package dev.filip.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * TensorFlow's record framing, little endian: {@code u64 length | u32 masked crc32c of the length |
 * data | u32 masked crc32c of the data}.
 */
final class TfRecord {
  private static final int MASK_DELTA = 0xa282ead8;

  private TfRecord() {}

  static byte[] frame(byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(data.length);
    out.putInt(maskedCrc(out.array(), 0, 8));
    out.put(data);
    out.putInt(maskedCrc(data, 0, data.length));
    return out.array();
  }

  /** CRC-32C turned right by 15 bits plus a constant, so that a CRC of CRCs stays sound. */
  static int maskedCrc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }
}
