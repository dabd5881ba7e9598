package dev.filip.tokens;

import dev.filip.io.BadInput;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The rows of one item as one binary value, for databases that keep a value a document, such as
 * Lucene's binary doc values. Little-endian: byte 1 (version), byte 0, unsigned short width d, the
 * first eight bytes of the encoder's SHA-256, then n rows of d bf16 numbers (docs/FORMATS.md).
 * Stateless.
 */
public final class ItemValue {
  /** Bytes before the rows. */
  public static final int HEAD = 12;

  static final byte VERSION = 1;
  private static final int WIDEST = 0xffff;

  private ItemValue() {}

  /**
   * The value of an item, rounded to bf16 where it is not in it.
   *
   * @param encoder SHA-256 in hex over all that made the vectors
   */
  public static byte[] of(Tokens tokens, int item, String encoder) {
    Tokens rows = tokens.slice(item, item + 1).as(Tokens.Type.BF16);
    long bytes = (long) rows.length(0) * rows.d() * Short.BYTES;
    byte[] value = new byte[Math.toIntExact(HEAD + bytes)];
    head(ByteBuffer.wrap(value), rows.d(), encoder(encoder));
    MemorySegment.copy(rows.item(0), 0, MemorySegment.ofArray(value), HEAD, bytes);
    return value;
  }

  /** What values of items and of queries begin with. */
  static void head(ByteBuffer to, int d, long encoder) {
    BadInput.require(d >= 1 && d <= WIDEST, "width", d, "in [1, " + WIDEST + "]");
    to.order(ByteOrder.LITTLE_ENDIAN).put(VERSION).put((byte) 0).putShort((short) d);
    to.order(ByteOrder.BIG_ENDIAN).putLong(encoder).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The eight bytes that stand for an encoder.
   *
   * @param sha256 in hex, of which the first 16 digits do
   * @throws BadInput where it is none
   */
  public static long encoder(String sha256) {
    BadInput.require(
        sha256.matches("[0-9a-fA-F]{16,64}"), "encoder", "'" + sha256 + "'", "a SHA-256 in hex");
    return HexFormat.fromHexDigitsToLong(sha256, 0, 16);
  }

  /**
   * Rows of a value.
   *
   * @param at where it begins among {@code bytes}
   * @param d the width asked for
   * @param encoder the one asked for, {@link #encoder}
   * @throws BadInput where it is no such value, or of another encoder or width
   */
  public static int rows(byte[] bytes, int at, int length, int d, long encoder) {
    if (length < HEAD || bytes[at] != VERSION || bytes[at + 1] != 0) {
      throw new BadInput("a value of " + length + " bytes is no item's rows (version 1)");
    }
    int width = (bytes[at + 2] & 0xff) | (bytes[at + 3] & 0xff) << 8;
    long made = ByteBuffer.wrap(bytes, at + 4, Long.BYTES).getLong();
    if (width != d || made != encoder) {
      throw new BadInput(
          String.format(
              Locale.ROOT,
              "the query was encoded by another model than an item: encoder %016x... of width %d,"
                  + " the item's is %016x... of width %d",
              encoder,
              d,
              made,
              width));
    }
    int row = d * Short.BYTES;
    int n = (length - HEAD) / row;
    if (n < 1 || n * row != length - HEAD) {
      throw new BadInput(
          "an item's value of " + length + " bytes does not hold whole rows of width " + d);
    }
    return n;
  }
}
