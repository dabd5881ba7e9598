package dev.filip.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * BMP in plain Java, with PIL's pixels and refusals: headers of OS/2 and of Windows up to version
 * 5, palettes of 1, 4 and 8 bits, 16 bits (5-5-5 and 5-6-5), 24 and 32 bits, RLE4 and RLE8. A
 * fourth byte is opacity where a mask says so and nothing otherwise. As in PIL, a palette that is a
 * gray ramp makes a gray picture of one byte a pixel, and one of black and white (or of black
 * alone) a picture of one bit a pixel, whatever depth the header names.
 */
final class BmpDecoder {
  private static final int FILE_HEADER = 14;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int MASKS = 3;

  /** Masks of red, green, blue and opacity that PIL knows at 32 bits: whole bytes. */
  private static final List<List<Integer>> BYTES =
      List.of(
          List.of(0xFF0000, 0xFF00, 0xFF, 0),
          List.of(0xFF000000, 0xFF0000, 0xFF00, 0),
          List.of(0xFF000000, 0xFF00, 0xFF, 0),
          List.of(0xFF000000, 0xFF0000, 0xFF00, 0xFF),
          List.of(0xFF, 0xFF00, 0xFF0000, 0xFF000000),
          List.of(0xFF0000, 0xFF00, 0xFF, 0xFF000000),
          List.of(0xFF000000, 0xFF00, 0xFF, 0xFF0000));

  /** Blue, green, red: what there is without masks. */
  private static final int[] OPAQUE = {2, 1, 0, -1};

  private static final List<Integer> RGB555 = List.of(0x7C00, 0x3E0, 0x1F);
  private static final List<Integer> RGB565 = List.of(0xF800, 0x7E0, 0x1F);

  private final byte[] file;
  private final ByteBuffer bytes;
  private final int width;
  private final int height;
  private final int header;
  private final int bits;
  private final int compression;

  /** Masks of red, green, blue, opacity; null where the header has none. */
  private final @Nullable List<Integer> masks;

  /** Where the header and its masks end: the palette, if there is one. */
  private final int headerEnd;

  private BmpDecoder(byte[] file, ImageHeader size) throws UndecodableImage {
    this.file = file;
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    this.width = size.width();
    this.height = size.height();
    this.header = bytes.getInt(FILE_HEADER);
    boolean known =
        switch (header) {
          case 12, 40, 52, 56, 64, 108, 124 -> true;
          default -> false;
        };
    if (!known) {
      throw unread("header of " + (header & 0xFFFFFFFFL) + " bytes");
    }
    this.bits = bytes.getShort(header == 12 ? 24 : 28) & 0xFFFF;
    this.compression = header == 12 ? 0 : bytes.getInt(30);
    boolean masked = compression == MASKS;
    this.headerEnd = FILE_HEADER + header + (masked && header == 40 ? 12 : 0);
    if (headerEnd > file.length) {
      throw broken("truncated");
    }
    this.masks = masked ? masks() : null;
  }

  /** Decodes; the caller has checked the size in the header. */
  static PackedImage decode(byte[] file, ImageHeader size) throws UndecodableImage {
    try {
      return new BmpDecoder(file, size).run();
    } catch (IndexOutOfBoundsException e) {
      throw broken("truncated");
    }
  }

  private static UndecodableImage broken(String detail) {
    return ImageHeader.broken(ImageHeader.Kind.BMP, detail);
  }

  private static UndecodableImage unread(String detail) {
    return new UndecodableImage("bmp of an unread kind", detail);
  }

  private List<Integer> masks() {
    int at = FILE_HEADER + 40;
    int alpha = header >= 56 ? bytes.getInt(at + 12) : 0;
    return List.of(bytes.getInt(at), bytes.getInt(at + 4), bytes.getInt(at + 8), alpha);
  }

  private PackedImage run() throws UndecodableImage {
    return switch (bits) {
      case 1, 4, 8 -> indexed(Palette.of(this));
      case 16, 24, 32 -> direct();
      default -> throw unread(bits + " bits a pixel");
    };
  }

  private PackedImage direct() throws UndecodableImage {
    if (compression != 0 && compression != MASKS) {
      throw unread("compression " + compression + " of " + bits + " bits a pixel");
    }
    boolean wide = bits == 16 && masks != null && masks.subList(0, 3).equals(RGB565);
    int[] places = masks == null ? OPAQUE : places(masks);
    int start = start(0, bits);
    int[] pixels = new int[width * height];
    for (int row = 0; row < height; row++) {
      int at = rowStart(start, row);
      int to = rowOf(row) * width;
      for (int x = 0; x < width; x++, at += bits / 8) {
        pixels[to + x] = bits == 16 ? of16(at, wide) : ofBytes(at, places);
      }
    }
    return new PackedImage(
        width,
        height,
        pixels,
        places[3] >= 0 ? PackedImage.Stored.ALPHA_CHANNEL : PackedImage.Stored.PLAIN);
  }

  /** Byte of red, green, blue and opacity within a pixel, -1 for none; of 16 bits all the same. */
  private int[] places(List<Integer> masks) throws UndecodableImage {
    List<Integer> colours = masks.subList(0, 3);
    boolean nothing = masks.stream().allMatch(mask -> mask == 0);
    boolean known =
        switch (bits) {
          case 16 -> colours.equals(RGB565) || colours.equals(RGB555);
          case 24 -> colours.equals(BYTES.getFirst().subList(0, 3));
          default -> nothing || BYTES.contains(masks);
        };
    if (!known) {
      throw unread("masks " + masks.stream().map(Integer::toHexString).toList());
    } else if (bits < 32) {
      return OPAQUE;
    } else if (nothing) {
      return new int[] {2, 1, 0, 3}; // as PIL takes it
    }
    return masks.stream()
        .mapToInt(mask -> mask == 0 ? -1 : Integer.numberOfTrailingZeros(mask) / 8)
        .toArray();
  }

  private int ofBytes(int at, int[] places) {
    int alpha = places[3] < 0 ? 0xFF : u8(at + places[3]);
    return u8(at + places[0]) << 24 | u8(at + places[1]) << 16 | u8(at + places[2]) << 8 | alpha;
  }

  private int of16(int at, boolean wide) {
    int pixel = u8(at) | u8(at + 1) << 8;
    int red = (pixel >> (wide ? 11 : 10) & 31) * 255 / 31;
    int green = wide ? (pixel >> 5 & 63) * 255 / 63 : (pixel >> 5 & 31) * 255 / 31;
    return red << 24 | green << 16 | (pixel & 31) * 255 / 31 << 8 | 0xFF;
  }

  private PackedImage indexed(Palette palette) throws UndecodableImage {
    boolean runs = compression == RLE8 || compression == RLE4;
    if (compression != 0 && !runs) {
      throw unread("compression " + compression + " of " + bits + " bits a pixel");
    }
    int start = start(palette.size, runs ? 0 : palette.depth);
    byte[] stored = runs ? new Runs(start).all() : new byte[0];
    int[] pixels = new int[width * height];
    for (int row = 0; row < height; row++) {
      int from = runs ? row * width : rowStart(start, row);
      int to = rowOf(row) * width;
      for (int x = 0; x < width; x++) {
        int index = runs ? stored[from + x] & 0xFF : index(from, x, palette.depth);
        pixels[to + x] = palette.colours[index];
      }
    }
    return new PackedImage(width, height, pixels, palette.stored);
  }

  private int index(int from, int x, int depth) {
    long bit = (long) x * depth;
    int shift = 8 - depth - (int) (bit & 7);
    return u8(from + (int) (bit >> 3)) >> shift & (1 << depth) - 1;
  }

  /**
   * Where the pixels begin, all of which are in the file where they have {@code depth} bits each; 0
   * is not known. What names the end of the header means the end of the palette.
   */
  private int start(int paletteSize, int depth) throws UndecodableImage {
    long said = bytes.getInt(10) & 0xFFFFFFFFL;
    if (said == FILE_HEADER + header) {
      said += paletteSize;
    } else if (said == 0) {
      said = (long) headerEnd + Math.min(paletteSize, file.length - headerEnd);
    }
    long used = ((long) width * depth + 7) / 8;
    if (used > stride()) {
      throw broken("rows of " + stride() + " bytes for " + width + " pixels of " + depth + " bits");
    }
    if (said >= file.length
        || said + (height - 1) * stride() * Math.min(depth, 1) + used > file.length) {
      throw broken("truncated");
    }
    return (int) said;
  }

  private long stride() {
    return ((long) width * bits + 31) / 32 * 4;
  }

  private int rowStart(int start, int row) {
    return (int) (start + row * stride());
  }

  /** The row on the picture of the row-th stored one. */
  private int rowOf(int row) {
    boolean fromTop = header != 12 && file[25] == (byte) 0xFF; // a negative height
    return fromTop ? row : height - 1 - row;
  }

  private int u8(int index) {
    return file[index] & 0xFF;
  }

  /** Run lengths, unpacked by PIL's rules, which hold for damaged ones too. Used once. */
  private final class Runs {
    private final byte[] out = new byte[width * height];
    private final boolean halves = compression == RLE4;
    private int filled;

    /** Pixels of the row so far; beyond its end where single ones crossed it. */
    private int x;

    private int at;

    Runs(int start) {
      this.at = start;
    }

    /** Indices in the order of the stored rows. */
    byte[] all() throws UndecodableImage {
      boolean ended = false;
      while (!ended && filled < out.length && at + 1 < file.length) {
        int count = u8(at);
        int value = u8(at + 1);
        at += 2;
        if (count > 0) {
          run(count, value);
        } else if (value == 0) {
          filled = Math.ceilDiv(filled, width) * width;
          x = 0;
        } else if (value == 2) {
          skip();
        } else if (value > 2) {
          single(value);
        }
        ended = count == 0 && value == 1;
      }
      if (filled < out.length) {
        throw broken("truncated");
      }
      return out;
    }

    private void run(int count, int value) {
      int fit = Math.min(Math.clamp(width - x, 0, count), out.length - filled);
      for (int i = 0; i < fit; i++) {
        out[filled++] = (byte) (!halves ? value : i % 2 == 0 ? value >> 4 : value & 15);
      }
      x += fit;
    }

    private void skip() {
      long skipped = u8(at) + (long) u8(at + 1) * width;
      filled += (int) Math.min(skipped, out.length - filled);
      x = filled % width;
      at += 2;
    }

    private void single(int value) {
      int count = Math.min(value, out.length - filled);
      for (int i = 0; i < count; i++) {
        int both = u8(at + (halves ? i / 2 : i));
        out[filled++] = (byte) (!halves ? both : i % 2 == 0 ? both >> 4 : both & 15);
      }
      x += value;
      at += halves ? (count + 1) / 2 : count;
      at += at & 1; // to an even place of the file
    }
  }

  /** What PIL makes of the palette. */
  private static final class Palette {
    /** Bytes of all its colours, by the header. */
    final int size;

    final int[] colours = new int[256];

    /** Bits a pixel. */
    final int depth;

    final PackedImage.Stored stored;

    private Palette(int size, int depth, PackedImage.Stored stored) {
      this.size = size;
      this.depth = depth;
      this.stored = stored;
    }

    static Palette of(BmpDecoder bmp) throws UndecodableImage {
      int entry = bmp.header == 12 ? 3 : 4;
      int said = bmp.header == 12 ? 0 : bmp.bytes.getInt(46);
      int count = said == 0 ? 1 << bmp.bits : said;
      if (count < 0 || count > 65536) {
        throw unread("palette of " + (count & 0xFFFFFFFFL) + " colours");
      }
      int there = Math.min(count * entry, bmp.file.length - bmp.headerEnd) / entry;
      if (there == count && gray(bmp, entry, count)) {
        return gray(bmp, entry * count, count <= 2);
      }
      if (there > 256) {
        throw unread("palette of " + count + " colours");
      }
      Palette palette = new Palette(entry * count, bmp.bits, PackedImage.Stored.INDEXED);
      Arrays.fill(palette.colours, 0xFF);
      for (int i = 0, at = bmp.headerEnd; i < there; i++, at += entry) {
        palette.colours[i] = bmp.ofBytes(at, OPAQUE);
      }
      return palette;
    }

    /** Whether each colour is its own number in gray, or the two are black and white. */
    private static boolean gray(BmpDecoder bmp, int entry, int count) {
      for (int i = 0; i < count; i++) {
        int wanted = count == 2 ? i * 255 : i & 0xFF;
        for (int c = 0; c < 3; c++) {
          if (bmp.u8(bmp.headerEnd + i * entry + c) != wanted) {
            return false;
          }
        }
      }
      return true;
    }

    private static Palette gray(BmpDecoder bmp, int size, boolean two) {
      Palette palette =
          new Palette(
              size, two ? 1 : 8, two ? PackedImage.Stored.INDEXED : PackedImage.Stored.PLAIN);
      for (int i = 0; i < 256; i++) {
        palette.colours[i] = (two ? Math.min(i, 1) * 255 : i) * 0x01010100 | 0xFF;
      }
      return palette;
    }
  }
}
