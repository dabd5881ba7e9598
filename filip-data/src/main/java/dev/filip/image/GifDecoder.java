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

  static UndecodableImage broken(String detail) {
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
    byte[] indices = new GifLzw(file, at).read(w * h);
    int[] pixels = new int[width * height];
    java.util.Arrays.fill(pixels, ground(palette, background));
    for (int row = 0; row < h; row++) {
      int y = top + ((frame & 0x40) != 0 ? interlaced(row, h) : row);
      paint(indices, row * w, w, palette, pixels, y * width + left);
    }
    return new PackedImage(width, height, pixels, Stored.indexed(clear >= 0));
  }

  private static void paint(
      byte[] indices, int from, int count, int[] palette, int[] pixels, int to) {
    for (int x = 0; x < count; x++) {
      int index = indices[from + x] & 0xFF;
      pixels[to + x] = index < palette.length ? palette[index] : 0xFF;
    }
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
}
