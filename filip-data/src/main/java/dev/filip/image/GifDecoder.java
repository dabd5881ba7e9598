package dev.filip.image;

import java.util.Arrays;

/**
 * The first frame of a GIF on its canvas, in plain Java, with PIL's pixels and refusals: ImageIO
 * takes damaged files, and shows other pixels in interlaced frames of few rows, in blocks of one
 * byte and where an index lies beyond the palette. What the frame leaves free is transparent where
 * the frame has a transparent colour, else colour 0 (PIL does not look at the background).
 */
final class GifDecoder {
  private final byte[] file;
  private int at = 13;
  private int clear = -1;
  private boolean coloured;

  private GifDecoder(byte[] file) {
    this.file = file;
  }

  /** Decodes; the caller has checked the size in the header. */
  static PackedImage decode(byte[] file, ImageHeader header, long maxPixels)
      throws UndecodableImage {
    try {
      return new GifDecoder(file).run(header.width(), header.height(), maxPixels);
    } catch (IndexOutOfBoundsException e) {
      throw broken("truncated");
    }
  }

  private static UndecodableImage broken(String detail) {
    return ImageHeader.broken(ImageHeader.Kind.GIF, detail);
  }

  private PackedImage run(int screenWidth, int screenHeight, long maxPixels)
      throws UndecodableImage {
    int flags = u8(10);
    int[] global = (flags & 0x80) != 0 ? colours(2 << (flags & 7)) : gray();
    skipToFrame();
    int left = u16(at + 1);
    int top = u16(at + 3);
    int w = u16(at + 5);
    int h = u16(at + 7);
    int frame = u8(at + 9);
    at += 10;
    int width = Math.max(screenWidth, left + w);
    int height = Math.max(screenHeight, top + h);
    if ((long) width * height > maxPixels || w == 0 || h == 0) {
      throw broken("frame of " + w + " x " + h + " at " + left + ", " + top);
    }
    if ((long) w * h > (long) Lzw.MOST * file.length) {
      throw broken("truncated"); // before room is made for it: a code gives no more than that
    }
    int[] palette = (frame & 0x80) != 0 ? colours(2 << (frame & 7)) : global;
    if (clear >= 0) {
      palette = palette.clone();
      palette[clear] &= ~0xFF;
    }
    byte[] indices = new Lzw(file, at).read(w * h);
    int[] pixels = new int[width * height];
    Arrays.fill(pixels, palette[Math.max(0, clear)]);
    for (int row = 0; row < h; row++) {
      int y = top + ((frame & 0x40) != 0 ? interlaced(row, h) : row);
      paint(indices, row * w, w, palette, pixels, y * width + left);
    }
    return new PackedImage(width, height, pixels, stored());
  }

  private static void paint(
      byte[] indices, int from, int count, int[] palette, int[] pixels, int to) {
    for (int x = 0; x < count; x++) {
      pixels[to + x] = palette[indices[from + x] & 0xFF];
    }
  }

  /** Row on the picture of the row-th stored row. */
  private static int interlaced(int row, int height) {
    int[] starts = {0, 4, 2, 1};
    int[] steps = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; pass++) {
      int rows = Math.max(0, Math.ceilDiv(height - starts[pass], steps[pass]));
      if (row < rows) {
        return starts[pass] + row * steps[pass];
      }
      row -= rows;
    }
    throw new IndexOutOfBoundsException(row);
  }

  private void skipToFrame() throws UndecodableImage {
    while (u8(at) != 0x2C) {
      if (u8(at) == 0x3B) {
        throw broken("no picture");
      }
      if (u8(at) != 0x21) {
        at++; // PIL takes no notice of other bytes
        continue;
      }
      if (u8(at + 1) == 0xF9 && (u8(at + 3) & 1) != 0) {
        clear = u8(at + 6);
      }
      at += 2;
      while (u8(at) != 0) {
        at += 1 + u8(at);
      }
      at++;
    }
  }

  /** PIL takes a picture without a palette, or with a ramp of gray, for gray. */
  private PackedImage.Stored stored() {
    if (coloured) {
      return PackedImage.Stored.indexed(clear >= 0);
    }
    return clear >= 0 ? PackedImage.Stored.ALPHA_KEY : PackedImage.Stored.PLAIN;
  }

  /** 256 colours; those beyond the file's own are black. */
  private int[] colours(int count) {
    int[] palette = new int[256];
    Arrays.fill(palette, 0xFF);
    coloured = false;
    for (int i = 0; i < count; i++, at += 3) {
      palette[i] = u8(at) << 24 | u8(at + 1) << 16 | u8(at + 2) << 8 | 0xFF;
      coloured |= palette[i] != (i * 0x01010100 | 0xFF);
    }
    return palette;
  }

  private static int[] gray() {
    int[] palette = new int[256];
    for (int i = 0; i < 256; i++) {
      palette[i] = i * 0x01010100 | 0xFF;
    }
    return palette;
  }

  private int u8(int index) {
    return file[index] & 0xFF;
  }

  private int u16(int index) {
    return u8(index) | u8(index + 1) << 8;
  }

  /** GIF's LZW: codes of growing width, packed into sub-blocks. Used once, by one thread. */
  private static final class Lzw {
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
    Lzw(byte[] file, int at) throws UndecodableImage {
      this.file = file;
      this.root = file[at] & 0xFF;
      this.at = at + 1;
      if (root < 1 || root > 8) {
        throw broken("code size " + root);
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
          throw broken(code == reset + 1 ? "truncated" : "bad code " + code);
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
          if (block == 0 || at + block > file.length) {
            throw broken("truncated");
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
}
