package dev.filip.train;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The four protobuf field forms that event files need. Not thread-safe. */
final class ProtoBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** 0 is left out, as protobuf does with default values. */
  ProtoBytes varint(int field, long value) {
    if (value == 0) {
      return this;
    }
    raw((long) field << 3);
    raw(value);
    return this;
  }

  ProtoBytes fixed64(int field, double value) {
    raw((long) field << 3 | 1);
    byte[] bytes = new byte[8];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putDouble(value);
    out.writeBytes(bytes);
    return this;
  }

  ProtoBytes fixed32(int field, float value) {
    raw((long) field << 3 | 5);
    byte[] bytes = new byte[4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
    out.writeBytes(bytes);
    return this;
  }

  ProtoBytes bytes(int field, byte[] value) {
    raw((long) field << 3 | 2);
    raw(value.length);
    out.writeBytes(value);
    return this;
  }

  ProtoBytes text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  byte[] array() {
    return out.toByteArray();
  }
}
