package dev.filip.data;

import dev.filip.io.BadInput;
import java.nio.charset.StandardCharsets;

/** The 512-byte header of a POSIX ustar member, with fixed time, owner and mode. */
final class UstarHeader {
  static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int PREFIX = 155;
  private static final int PREFIX_AT = 345;

  private UstarHeader() {}

  /** Zero bytes that fill the last block of {@code size} bytes. */
  static int padding(long size) {
    return (int) ((BLOCK - size % BLOCK) % BLOCK);
  }

  static byte[] file(String name, long size) {
    byte[] header = new byte[BLOCK];
    putName(header, name);
    octal(header, 100, 8, 0644);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, size);
    octal(header, 136, 12, 0);
    header[156] = '0';
    put(header, 257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
    octal(header, 329, 8, 0);
    octal(header, 337, 8, 0);
    putChecksum(header);
    return header;
  }

  private static void putName(byte[] header, String name) {
    byte[] whole = name.getBytes(StandardCharsets.UTF_8);
    if (whole.length <= NAME) {
      put(header, 0, whole);
      return;
    }
    int cut = cut(whole);
    BadInput.require(cut > 0, "tar member name", name, "at most 100 bytes, or 255 with a folder");
    System.arraycopy(whole, 0, header, PREFIX_AT, cut);
    System.arraycopy(whole, cut + 1, header, 0, whole.length - cut - 1);
  }

  /** Where a slash parts the name into a prefix and a rest that fit, or -1. */
  private static int cut(byte[] name) {
    for (int i = Math.min(PREFIX, name.length - 2); i > 0; i--) {
      if (name[i] == '/' && name.length - i - 1 <= NAME) {
        return i;
      }
    }
    return -1;
  }

  private static void putChecksum(byte[] header) {
    java.util.Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    octal(header, 148, 7, sum);
    header[155] = ' ';
  }

  private static void put(byte[] header, int at, byte[] text) {
    System.arraycopy(text, 0, header, at, text.length);
  }

  private static void octal(byte[] header, int at, int width, long value) {
    for (int i = width - 2; i >= 0; i--, value >>>= 3) {
      header[at + i] = (byte) ('0' + (value & 7));
    }
    BadInput.require(value == 0, "tar member size", "too large", "below 8 GiB");
  }
}
