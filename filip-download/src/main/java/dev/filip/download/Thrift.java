package dev.filip.download;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Thrift's compact protocol, as far as Parquet's headers need it; a struct's fields are written in
 * ascending order of their numbers. Used by one thread.
 */
final class Thrift {
  static final int STRUCT = 12;
  static final int BINARY = 8;
  static final int INT = 5;
  private static final int LONG = 6;
  private static final int LIST = 9;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int last;

  /** Fills a struct. */
  interface Filler {
    void fill(Thrift struct);
  }

  /** The bytes of one struct. */
  static byte[] struct(Filler filler) {
    Thrift thrift = new Thrift();
    filler.fill(thrift);
    thrift.out.write(0);
    return thrift.out.toByteArray();
  }

  private void head(int field, int type) {
    out.write((field - last) << 4 | type); // no gap above 15
    last = field;
  }

  Thrift integer(int field, int value) {
    head(field, INT);
    zigzag(value);
    return this;
  }

  Thrift big(int field, long value) {
    head(field, LONG);
    zigzag(value);
    return this;
  }

  Thrift text(int field, String value) {
    head(field, BINARY);
    binary(value);
    return this;
  }

  Thrift struct(int field, Filler filler) {
    head(field, STRUCT);
    out.writeBytes(struct(filler));
    return this;
  }

  /** Begins a list; its elements are written by {@link #element}. */
  Thrift list(int field, int type, int size) {
    head(field, LIST);
    if (size < 15) {
      out.write(size << 4 | type);
    } else {
      out.write(0xF0 | type);
      varint(size);
    }
    return this;
  }

  Thrift element(int value) {
    zigzag(value);
    return this;
  }

  Thrift element(String value) {
    binary(value);
    return this;
  }

  Thrift element(Filler filler) {
    out.writeBytes(struct(filler));
    return this;
  }

  private void binary(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    varint(bytes.length);
    out.writeBytes(bytes);
  }

  private void zigzag(long value) {
    varint(value << 1 ^ value >> 63);
  }

  private void varint(long value) {
    long left = value;
    for (; (left & ~0x7FL) != 0; left >>>= 7) {
      out.write((int) (left & 0x7F | 0x80));
    }
    out.write((int) left);
  }
}
