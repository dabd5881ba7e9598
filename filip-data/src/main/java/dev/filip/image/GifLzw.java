package dev.filip.image;

/** GIF's LZW: codes of growing width, packed into sub-blocks. Used once, by one thread. */
final class GifLzw {
  private static final int MOST = 4096;
  private final byte[] file;
  private final int root;
  private final int reset;
  private final short[] prefix = new short[MOST];
  private final byte[] last = new byte[MOST];
  private final byte[] stack = new byte[MOST];
  private int at;
  private int block;
  private int bits;
  private int held;
  private int width;
  private int next;
  private int old;
  private int first;

  /** Begins at the byte that holds the first code's size. */
  GifLzw(byte[] file, int at) throws UndecodableImage {
    this.file = file;
    this.root = file[at] & 0xFF;
    this.at = at + 1;
    if (root < 1 || root > 8) {
      throw GifDecoder.broken("code size " + root);
    }
    this.reset = 1 << root;
    restart();
  }

  private void restart() {
    width = root + 1;
    next = reset + 2;
    old = -1;
  }

  /** Colour indices, {@code count} of them. */
  byte[] read(int count) throws UndecodableImage {
    byte[] out = new byte[count];
    int filled = 0;
    while (filled < count) {
      int code = code();
      if (code == reset) {
        restart();
        continue;
      }
      if (code == reset + 1 || code > next || code == next && old < 0) {
        throw GifDecoder.broken(code == reset + 1 ? "truncated" : "bad code " + code);
      }
      int depth = unwind(code);
      out[filled++] = (byte) first;
      while (depth > 0 && filled < count) {
        out[filled++] = stack[--depth];
      }
      learn(code);
    }
    return out;
  }

  /** Puts all of a code's indices but the first on the stack, the last one lowest. */
  private int unwind(int code) {
    int depth = 0;
    int walk = code;
    if (code == next) {
      stack[depth++] = (byte) first;
      walk = old;
    }
    while (walk >= reset) {
      stack[depth++] = last[walk];
      walk = prefix[walk];
    }
    first = walk;
    return depth;
  }

  private void learn(int code) {
    if (old >= 0 && next < MOST) {
      prefix[next] = (short) old;
      last[next++] = (byte) first;
      if (next == 1 << width && width < 12) {
        width++;
      }
    }
    old = code;
  }

  private int code() throws UndecodableImage {
    while (bits < width) {
      if (block == 0) {
        block = file[at++] & 0xFF;
        if (block == 0) {
          throw GifDecoder.broken("truncated");
        }
      }
      held |= (file[at++] & 0xFF) << bits;
      bits += 8;
      block--;
    }
    int code = held & (1 << width) - 1;
    held >>>= width;
    bits -= width;
    return code;
  }
}
