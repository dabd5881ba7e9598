package dev.filip.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Fields of a protobuf message in its wire format, one after the other: what TensorBoard's event
 * files and ONNX need. A message inside another is {@link #message}. Not thread-safe.
 */
public final class ProtoBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A whole number; 0 is left out, as protobuf does with default values. */
  public ProtoBytes varint(int field, long value) {
    return value == 0 ? this : integer(field, value);
  }

  /** A whole number, also 0: for repeated fields and where absence means another thing. */
  public ProtoBytes integer(int field, long value) {
    raw((long) field << 3);
    raw(value);
    return this;
  }

  public ProtoBytes fixed64(int field, double value) {
    raw((long) field << 3 | 1);
    byte[] bytes = new byte[8];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putDouble(value);
    out.writeBytes(bytes);
    return this;
  }

  public ProtoBytes fixed32(int field, float value) {
    raw((long) field << 3 | 5);
    byte[] bytes = new byte[4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
    out.writeBytes(bytes);
    return this;
  }

  public ProtoBytes bytes(int field, byte[] value) {
    open(field, value.length);
    out.writeBytes(value);
    return this;
  }

  public ProtoBytes text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  public ProtoBytes message(int field, ProtoBytes value) {
    return bytes(field, value.array());
  }

  /** Only the head of a field whose {@code length} bytes the caller writes after it. */
  public ProtoBytes open(int field, long length) {
    raw((long) field << 3 | 2);
    raw(length);
    return this;
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** Bytes so far. */
  public int size() {
    return out.size();
  }

  public byte[] array() {
    return out.toByteArray();
  }
}
