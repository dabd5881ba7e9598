package dev.filip;

import dev.filip.io.BadInput;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One encoded image or text as bytes (docs/FORMATS.md "An encoded image or text"), little-endian:
 * {@code FLPV}, version 1, kind {@code I} or {@code T}, number type 0 (fp32) or 1 (bf16), 0; then
 * as ints the width d, the tokens n and the bytes t of the text; the text in UTF-8, n rows of d
 * numbers, the global row, and the CRC-32C of all before it. Stateless.
 */
final class SerialForm {
  private static final int MAGIC = 0x56504C46; // FLPV
  private static final byte VERSION = 1;
  private static final int HEAD = 20;
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  private SerialForm() {}

  /** An item and, of a text, what it says. */
  record Item(String text, Encoded vectors) {}

  /** One item as bytes. */
  static byte[] write(char kind, Item item) {
    Tokens tokens = item.vectors.tokens();
    byte[] text = item.text.getBytes(StandardCharsets.UTF_8);
    int row = tokens.d() * tokens.type().bytes();
    int size = Math.addExact(HEAD + 4 + text.length, Math.multiplyExact(tokens.length(0) + 1, row));
    ByteBuffer out = ByteBuffer.allocate(size).order(LITTLE);
    out.putInt(MAGIC)
        .put(VERSION)
        .put((byte) kind)
        .put((byte) tokens.type().ordinal())
        .put((byte) 0);
    out.putInt(tokens.d()).putInt(tokens.length(0)).putInt(text.length).put(text);
    put(tokens, out);
    put(item.vectors.globals(), out);
    return out.putInt(crc(out.array(), size - 4)).array();
  }

  /** The numbers of its one item, their bytes in the form's order. */
  private static void put(Tokens tokens, ByteBuffer out) {
    MemorySegment rows = tokens.item(0);
    ValueLayout number = number(tokens.type());
    long count = rows.byteSize() / number.byteSize();
    MemorySegment to = MemorySegment.ofArray(out.array());
    MemorySegment.copy(rows, number, 0, to, number.withOrder(LITTLE), out.position(), count);
    out.position(out.position() + (int) rows.byteSize());
  }

  private static ValueLayout number(Tokens.Type type) {
    return type == Tokens.Type.FP32
        ? ValueLayout.JAVA_INT_UNALIGNED
        : ValueLayout.JAVA_SHORT_UNALIGNED;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws BadInput when it is something else, cut off or changed
   */
  static Item read(char kind, byte[] bytes) {
    String what = kind == 'I' ? "encoded image" : "encoded text";
    ByteBuffer in = ByteBuffer.wrap(bytes).order(LITTLE);
    BadInput.require(
        bytes.length >= HEAD + 4 && in.getInt() == MAGIC,
        what,
        bytes.length + " bytes",
        "what toBytes() gave");
    int version = in.get();
    BadInput.require(version == VERSION, what + ": version", version, "" + VERSION);
    int written = in.getInt(bytes.length - 4);
    int found = crc(bytes, bytes.length - 4);
    BadInput.require(
        written == found, what + ": CRC-32C", hex(found), hex(written) + " as was written");
    char kept = (char) in.get();
    BadInput.require(kept == kind, what + ": kind", kept, "" + kind);
    return body(what, in);
  }

  private static Item body(String what, ByteBuffer in) {
    int type = in.getShort();
    BadInput.require(type == 0 || type == 1, what + ": number type", type, "0 or 1");
    Tokens.Type numbers = Tokens.Type.values()[type];
    int d = in.getInt();
    int n = in.getInt();
    int text = in.getInt();
    long left = in.remaining() - 4L;
    BadInput.require(
        d > 0 && n > 0 && text >= 0 && left == text + (n + 1L) * d * numbers.bytes(),
        what + ": length",
        in.capacity() + " bytes",
        "that of " + n + " tokens of width " + d + " and " + text + " bytes of text");
    byte[] utf8 = new byte[text];
    in.get(utf8);
    Tokens tokens = Tokens.packed(rows(in, numbers, n * d), numbers, d, n);
    Tokens global = Tokens.packed(rows(in, numbers, d), numbers, d, 1);
    return new Item(new String(utf8, StandardCharsets.UTF_8), new Encoded(tokens, global));
  }

  private static MemorySegment rows(ByteBuffer in, Tokens.Type type, int numbers) {
    MemorySegment out =
        type == Tokens.Type.FP32
            ? MemorySegment.ofArray(new float[numbers])
            : MemorySegment.ofArray(new short[numbers]);
    ValueLayout number = number(type);
    MemorySegment from = MemorySegment.ofArray(in.array());
    MemorySegment.copy(from, number.withOrder(LITTLE), in.position(), out, number, 0, numbers);
    in.position(in.position() + (int) out.byteSize());
    return out;
  }

  private static int crc(byte[] bytes, int size) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, size);
    return (int) crc.getValue();
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }
}
