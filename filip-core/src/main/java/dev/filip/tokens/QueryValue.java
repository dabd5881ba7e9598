package dev.filip.tokens;

import dev.filip.io.BadInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The rows of a query with their weights as one binary value: what asks {@link ItemValue}s. It
 * begins as these do; then m weights and m rows of d numbers, all fp32, little-endian. Its arrays
 * are not copied.
 *
 * @param encoder SHA-256 in hex over all that made its vectors, or the first 16 digits of it
 * @param d width
 * @param rows {@code [m, d]}
 * @param weight one a row; the score is the sum over rows of weight times maximum
 */
public record QueryValue(String encoder, int d, float[] rows, float[] weight) {
  public QueryValue {
    long numbers = (long) weight.length * d;
    BadInput.require(
        d >= 1 && weight.length >= 1 && rows.length == numbers,
        "a query of " + weight.length + " weights and width " + d,
        rows.length + " numbers",
        numbers + ", at least one row");
    finite(rows, "a query's number");
    finite(weight, "a query's weight");
  }

  private static void finite(float[] values, String what) {
    for (float value : values) {
      BadInput.require(Float.isFinite(value), what, value, "finite");
    }
  }

  /** As bytes. */
  public byte[] toBytes() {
    int m = weight.length;
    ByteBuffer to = ByteBuffer.allocate(ItemValue.HEAD + (m + rows.length) * Float.BYTES);
    ItemValue.head(to, d, ItemValue.encoder(encoder));
    for (float value : weight) {
      to.putFloat(value);
    }
    for (float value : rows) {
      to.putFloat(value);
    }
    return to.array();
  }

  /**
   * Back from bytes; of the encoder the first 16 digits are known.
   *
   * @throws BadInput where they are no query
   */
  public static QueryValue of(byte[] bytes) {
    boolean known =
        bytes.length >= ItemValue.HEAD && bytes[0] == ItemValue.VERSION && bytes[1] == 0;
    BadInput.require(known, "a query", bytes.length + " bytes", "a query's value (version 1)");
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int d = from.getShort(2) & 0xffff;
    String encoder = HexFormat.of().formatHex(bytes, 4, ItemValue.HEAD);
    int each = (d + 1) * Float.BYTES;
    int m = (bytes.length - ItemValue.HEAD) / each;
    BadInput.require(
        m * each == bytes.length - ItemValue.HEAD,
        "a query of width " + d,
        bytes.length + " bytes",
        "whole rows");
    float[] weight = new float[m];
    float[] rows = new float[m * d];
    from.position(ItemValue.HEAD).asFloatBuffer().get(weight).get(rows);
    return new QueryValue(encoder, d, rows, weight);
  }
}
