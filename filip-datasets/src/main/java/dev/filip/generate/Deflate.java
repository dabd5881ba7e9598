package dev.filip.generate;

import java.util.Arrays;

/**
 * Deflate (RFC 1951) in plain Java: one block, greedy matches of the last place with the same four
 * bytes, dynamic Huffman codes. The JDK's Deflater gives other bytes on other zlib builds; the
 * shards' checksums should not depend on the machine. Not thread-safe: one per thread.
 */
final class Deflate {
  private static final int HASH_BITS = 13;
  private static final int WINDOW = 32768;
  private static final int LONGEST = 258;
  private static final int SHORTEST = 4;
  private static final int END = 256;
  private static final int[] LENGTH_BASE = {
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258
  };
  private static final int[] LENGTH_EXTRA = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
  };
  private static final int[] CODE_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };
  private static final byte[] LENGTH_SYMBOL = lengthSymbols();

  private final int[] head = new int[1 << HASH_BITS];
  private final int[] literalCount = new int[286];
  private final int[] distanceCount = new int[30];

  /** The compressed form of the first {@code length} bytes, without a zlib header. */
  byte[] compress(byte[] data, int length) {
    int[] tokens = new int[length];
    int count = match(data, length, tokens);
    HuffmanCode literals = HuffmanCode.of(literalCount, 15);
    HuffmanCode distances = HuffmanCode.of(distanceCount, 15);
    BitSink out = new BitSink(length / 2 + 512);
    out.bits(1, 1);
    out.bits(2, 2);
    codes(literals, distances, out);
    for (int i = 0; i < count; i++) {
      token(tokens[i], literals, distances, out);
    }
    out.bits(literals.code(END), literals.length(END));
    return out.bytes();
  }

  /** Literals as themselves, matches as length * 65536 + distance (distance at least 1). */
  private int match(byte[] data, int length, int[] tokens) {
    Arrays.fill(head, -1);
    Arrays.fill(literalCount, 0);
    Arrays.fill(distanceCount, 0);
    literalCount[END] = 1;
    int count = 0;
    int at = 0;
    while (at < length) {
      int run = 0;
      int back = 0;
      if (at + SHORTEST <= length) {
        int slot = slot(data, at);
        back = head[slot] < 0 ? 0 : at - head[slot];
        head[slot] = at;
        run = back > 0 && back <= WINDOW ? common(data, at, back, length) : 0;
      }
      if (run >= SHORTEST) {
        literalCount[257 + LENGTH_SYMBOL[run]]++;
        distanceCount[distanceSymbol(back)]++;
        tokens[count++] = run << 16 | back;
        for (int i = at + 1; i < at + run && i + SHORTEST <= length; i += 2) {
          head[slot(data, i)] = i;
        }
        at += run;
      } else {
        literalCount[data[at] & 255]++;
        tokens[count++] = data[at++] & 255;
      }
    }
    return count;
  }

  private static void token(int token, HuffmanCode literals, HuffmanCode distances, BitSink out) {
    int run = token >>> 16;
    if (run == 0) {
      out.bits(literals.code(token), literals.length(token));
      return;
    }
    int symbol = LENGTH_SYMBOL[run];
    out.bits(literals.code(257 + symbol), literals.length(257 + symbol));
    out.bits(run - LENGTH_BASE[symbol], LENGTH_EXTRA[symbol]);
    int back = token & 0xFFFF;
    int place = distanceSymbol(back);
    out.bits(distances.code(place), distances.length(place));
    int extra = place < 4 ? 0 : place / 2 - 1;
    out.bits((back - 1) & ((1 << extra) - 1), extra);
  }

  /** The code lengths of both alphabets, each written plainly, runs of zeros shortened. */
  private static void codes(HuffmanCode literals, HuffmanCode distances, BitSink out) {
    int[] lengths = new int[286 + 30];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = i < 286 ? literals.length(i) : distances.length(i - 286);
    }
    int[] symbols = new int[lengths.length];
    int[] counts = new int[19];
    int used = 0;
    for (int i = 0; i < lengths.length; ) {
      int zeros = zeros(lengths, i);
      int symbol = zeros >= 11 ? 18 : zeros >= 3 ? 17 : lengths[i];
      symbols[used++] = symbol | zeros << 8;
      counts[symbol]++;
      i += symbol >= 17 ? zeros : 1;
    }
    HuffmanCode code = HuffmanCode.of(counts, 7);
    out.bits(286 - 257, 5);
    out.bits(30 - 1, 5);
    out.bits(19 - 4, 4);
    for (int symbol : CODE_ORDER) {
      out.bits(code.length(symbol), 3);
    }
    for (int i = 0; i < used; i++) {
      int symbol = symbols[i] & 255;
      out.bits(code.code(symbol), code.length(symbol));
      if (symbol == 17) {
        out.bits((symbols[i] >> 8) - 3, 3);
      } else if (symbol == 18) {
        out.bits((symbols[i] >> 8) - 11, 7);
      }
    }
  }

  private static int zeros(int[] lengths, int from) {
    int to = from;
    while (to < lengths.length && lengths[to] == 0 && to - from < 138) {
      to++;
    }
    return to - from;
  }

  private static int common(byte[] data, int at, int back, int length) {
    int most = Math.min(LONGEST, length - at);
    int run = 0;
    while (run < most && data[at + run] == data[at - back + run]) {
      run++;
    }
    return run;
  }

  private static int slot(byte[] data, int at) {
    int four =
        (data[at] & 255)
            | (data[at + 1] & 255) << 8
            | (data[at + 2] & 255) << 16
            | data[at + 3] << 24;
    return (four * 0x9E3779B1) >>> (32 - HASH_BITS);
  }

  private static int distanceSymbol(int distance) {
    int d = distance - 1;
    if (d < 4) {
      return d;
    }
    int high = 31 - Integer.numberOfLeadingZeros(d);
    return 2 * high + ((d >> (high - 1)) & 1);
  }

  private static byte[] lengthSymbols() {
    byte[] symbols = new byte[LONGEST + 1];
    for (int symbol = 0; symbol < LENGTH_BASE.length; symbol++) {
      int last = symbol == 28 ? 258 : LENGTH_BASE[symbol] + (1 << LENGTH_EXTRA[symbol]) - 1;
      for (int length = LENGTH_BASE[symbol]; length <= Math.min(last, LONGEST); length++) {
        symbols[length] = (byte) symbol;
      }
    }
    return symbols;
  }
}
