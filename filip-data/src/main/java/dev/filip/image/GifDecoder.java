package dev.filip.image;

/**
 * The first frame of a GIF on its canvas, in plain Java. What the frame leaves free is transparent
 * where the frame has a transparent colour, else the background colour (as PIL does).
 */
final class GifDecoder {
  private final byte[] file;
  private int at = 13;
  private int clear = -1;

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
    int background = u8(11);
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
    int[] palette = (frame & 0x80) != 0 ? colours(2 << (frame & 7)) : global;
    if (clear >= 0 && clear < palette.length) {
      palette = palette.clone();
      palette[clear] &= ~0xFF;
    }
    byte[] indices = new Lzw().read(w * h);
    int[] pixels = new int[width * height];
    java.util.Arrays.fill(pixels, ground(palette, background));
    for (int row = 0; row < h; row++) {
      int y = top + ((frame & 0x40) != 0 ? interlaced(row, h) : row);
      for (int x = 0; x < w; x++) {
        int index = indices[row * w + x] & 0xFF;
        pixels[y * width + left + x] = index < palette.length ? palette[index] : 0xFF;
      }
    }
    return new PackedImage(width, height, pixels, Stored.indexed(clear >= 0));
  }

  private int ground(int[] palette, int background) {
    int index = clear >= 0 ? clear : background;
    return index < palette.length ? palette[index] : 0xFF;
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
      if (u8(at) != 0x21) {
        throw broken("no picture");
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

  private int[] colours(int count) {
    int[] palette = new int[count];
    for (int i = 0; i < count; i++, at += 3) {
      palette[i] = u8(at) << 24 | u8(at + 1) << 16 | u8(at + 2) << 8 | 0xFF;
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

  /** GIF's variable-width LZW over sub-blocks. */
  private final class Lzw {
    private static final int MOST = 4096;
    private final int root = u8(at++);
    private final short[] prefix = new short[MOST];
    private final byte[] last = new byte[MOST];
    private final byte[] stack = new byte[MOST];
    private int block;
    private int bits;
    private int held;

    byte[] read(int count) throws UndecodableImage {
      if (root < 1 || root > 8) {
        throw broken("code size " + root);
      }
      byte[] out = new byte[count];
      int reset = 1 << root;
      int width = root + 1;
      int next = reset + 2;
      int old = -1;
      int first = 0;
      for (int filled = 0; filled < count; ) {
        int code = code(width);
        if (code == reset) {
          width = root + 1;
          next = reset + 2;
          old = -1;
          continue;
        }
        if (code == reset + 1 || code > next || code == next && old < 0) {
          throw broken(code == reset + 1 ? "truncated" : "bad code " + code);
        }
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
        out[filled++] = (byte) first;
        while (depth > 0 && filled < count) {
          out[filled++] = stack[--depth];
        }
        if (old >= 0 && next < MOST) {
          prefix[next] = (short) old;
          last[next++] = (byte) first;
          if (next == 1 << width && width < 12) {
            width++;
          }
        }
        old = code;
      }
      return out;
    }

    private int code(int width) throws UndecodableImage {
      while (bits < width) {
        if (block == 0) {
          block = u8(at++);
          if (block == 0) {
            throw broken("truncated");
          }
        }
        held |= u8(at++) << bits;
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
