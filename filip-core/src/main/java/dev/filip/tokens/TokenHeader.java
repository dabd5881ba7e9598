package dev.filip.tokens;

import dev.filip.io.BadInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first 4,096 bytes of a token file of version 1, as docs/FORMATS.md lists them: what the rows
 * are, and where each section begins. Sections lie one behind the other without gaps.
 *
 * @param encoder SHA-256 in hex
 * @param preprocessing SHA-256 in hex
 * @param count tokens of all items
 * @param bytes of each section
 * @param sums CRC32C of the section of sums
 * @param globals whether there is a global row an item; without items the sections do not tell
 */
record TokenHeader(
    TokenFile.Kind kind,
    Tokens.Type type,
    int d,
    long items,
    long count,
    String encoder,
    String preprocessing,
    long[] bytes,
    int sums,
    boolean globals) {
  /** Bytes of the header, and the offset of the first section. */
  static final int SIZE = 4096;

  static final int VERSION = 1;
  private static final byte[] MAGIC = "FILIPTOK".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKSUM = SIZE - Integer.BYTES;

  /** Parts of a file in their order. */
  enum Section {
    ROWS,
    GLOBALS,
    OFFSETS,
    KEYS,
    PROVENANCE,
    SUMS
  }

  /** Bytes over which one sum goes. */
  static final int BLOCK = 1 << 20;

  long start(Section section) {
    long at = SIZE;
    for (int s = 0; s < section.ordinal(); s++) {
      at += bytes[s];
    }
    return at;
  }

  long bytes(Section section) {
    return bytes[section.ordinal()];
  }

  /** Size of the whole file. */
  long end() {
    return start(Section.SUMS) + bytes(Section.SUMS);
  }

  /** Blocks of a section that have a sum. */
  static long blocks(long bytes) {
    return Math.ceilDiv(bytes, (long) BLOCK);
  }

  ByteBuffer write() {
    ByteBuffer to = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    to.put(MAGIC).putInt(VERSION).putInt(type.ordinal()).putInt(d).putInt(kind.ordinal());
    to.putLong(items).putLong(count);
    to.put(HexFormat.of().parseHex(encoder)).put(HexFormat.of().parseHex(preprocessing));
    to.putInt(sums).putInt(globals ? 1 : 0);
    for (Section section : Section.values()) {
      to.putLong(start(section)).putLong(bytes(section));
    }
    return to.putInt(CHECKSUM, checksum(to)).rewind();
  }

  private static int checksum(ByteBuffer header) {
    CRC32C sum = new CRC32C();
    sum.update(header.array(), 0, CHECKSUM);
    return (int) sum.getValue();
  }

  /**
   * Reads and checks it.
   *
   * @param file its name for messages
   * @param size of the whole file
   */
  static TokenHeader read(Path file, ByteBuffer from, long size) {
    from.order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    if (from.remaining() >= MAGIC.length) {
      from.get(magic);
    }
    if (!java.util.Arrays.equals(magic, MAGIC)) {
      throw new BadInput(file + " is no token file: it does not begin with FILIPTOK");
    }
    if (size < SIZE) {
      throw new BadInput(file + " is cut off: " + size + " bytes, its header alone has " + SIZE);
    }
    int version = from.getInt();
    if (version != VERSION) {
      throw new BadInput(file + " is a token file of version " + version + ", not " + VERSION);
    }
    if (from.getInt(CHECKSUM) != checksum(from)) {
      throw new BadInput(file + " is damaged: section header, offset 0 to " + (SIZE - 1));
    }
    return fields(file, from, size);
  }

  private static TokenHeader fields(Path file, ByteBuffer from, long size) {
    Tokens.Type type = one(file, "type", Tokens.Type.values(), from.getInt());
    int d = from.getInt();
    TokenFile.Kind kind = one(file, "kind", TokenFile.Kind.values(), from.getInt());
    long items = from.getLong();
    long count = from.getLong();
    String encoder = hex(from);
    String preprocessing = hex(from);
    int sums = from.getInt();
    boolean globals = one(file, "globals", new Boolean[] {false, true}, from.getInt());
    long[] bytes = new long[Section.values().length];
    TokenHeader header =
        new TokenHeader(kind, type, d, items, count, encoder, preprocessing, bytes, sums, globals);
    for (Section section : Section.values()) {
      long start = from.getLong();
      bytes[section.ordinal()] = from.getLong();
      if (bytes[section.ordinal()] < 0 || start != header.start(section)) {
        throw new BadInput(file + ": section " + word(section) + " is not where it must be");
      }
    }
    header.consistent(file);
    if (size != header.end()) {
      throw new BadInput(
          file
              + (size < header.end() ? " is cut off: " : " is too long: ")
              + size
              + " bytes, its header says "
              + header.end());
    }
    return header;
  }

  /** Sizes that follow from others; products that overflow fail, too. */
  private void consistent(Path file) {
    long sections = 0;
    for (int s = 0; s < Section.SUMS.ordinal(); s++) {
      sections += blocks(bytes[s]);
    }
    boolean fit =
        d >= 1
            && items >= 0
            && items <= Integer.MAX_VALUE - 8
            && count >= items
            && count <= Long.MAX_VALUE / ((long) d * type.bytes())
            && bytes(Section.ROWS) == count * d * type.bytes()
            && bytes(Section.GLOBALS) == (globals ? items * d * type.bytes() : 0)
            && bytes(Section.OFFSETS) == (items + 1) * Long.BYTES
            && bytes(Section.KEYS) >= (items + 1) * Long.BYTES
            && bytes(Section.PROVENANCE) < Integer.MAX_VALUE
            && bytes(Section.SUMS) == sections * Integer.BYTES;
    if (!fit) {
      throw new BadInput(
          file
              + ": sections do not fit "
              + items
              + " items of "
              + count
              + " tokens, width "
              + d
              + ", in "
              + type);
    }
  }

  static String word(Section section) {
    return section.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static <T> T one(Path file, String key, T[] all, int found) {
    if (found < 0 || found >= all.length) {
      throw new BadInput(
          file + ": " + key + " must be 0 to " + (all.length - 1) + ", got " + found);
    }
    return all[found];
  }

  private static String hex(ByteBuffer from) {
    byte[] sum = new byte[32];
    from.get(sum);
    return HexFormat.of().formatHex(sum);
  }
}
