package dev.filip.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * PNG in plain Java: every colour type and depth, interlaced or not, {@code tRNS} as opacity;
 * 16-bit samples are cut to their high byte, colour spaces and gamma are left alone (as PIL does).
 * A file that ends before its last row is refused.
 */
final class PngDecoder {
  private static final int IDAT = 0x49444154;
  private static final int PLTE = 0x504C5445;
  private static final int TRNS = 0x74524E53;
  private static final int IEND = 0x49454E44;

  private static final int[][] ADAM7 = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  /** Deflate makes at most this many bytes of one. */
  private static final int MOST_INFLATED = 1032;

  private static final int[] ONE_PASS = {0, 0, 1, 1};

  private final byte[] file;
  private final ByteBuffer bytes;
  private final int width;
  private final int height;
  private final int depth;
  private final int type;
  private final int channels;
  private final boolean interlaced;
  private final Inflater inflater = new Inflater();
  private byte @Nullable [] palette;
  private byte @Nullable [] transparency;
  private int chunk = 8;
  private boolean begun;
  private final int[] pixels;

  private PngDecoder(byte[] file) throws UndecodableImage {
    this.file = file;
    this.bytes = ByteBuffer.wrap(file);
    this.width = bytes.getInt(16);
    this.height = bytes.getInt(20);
    this.depth = file[24];
    this.type = file[25];
    this.interlaced = file[28] == 1;
    this.channels =
        switch (type) {
          case 0, 3 -> 1;
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> throw broken("colour type " + type);
        };
    boolean small = depth == 1 || depth == 2 || depth == 4;
    boolean wide = depth == 16 && type != 3;
    if (!(depth == 8 || wide || small && (type == 0 || type == 3))) {
      throw broken("depth " + depth + " of colour type " + type);
    }
    if (((long) width * depth * channels / 8 + 1) * height / MOST_INFLATED > file.length) {
      throw broken("truncated"); // before room is made for it
    }
    this.pixels = new int[Math.multiplyExact(width, height)];
  }

  /** Decodes; the caller has checked the size in the header. */
  static PackedImage decode(byte[] file) throws UndecodableImage {
    PngDecoder decoder;
    try {
      decoder = new PngDecoder(file);
    } catch (IndexOutOfBoundsException e) {
      throw broken("the header ends too early");
    }
    try {
      return decoder.run();
    } catch (DataFormatException | IndexOutOfBoundsException e) {
      throw broken(String.valueOf(e.getMessage()));
    } finally {
      decoder.inflater.end();
    }
  }

  private static UndecodableImage broken(String detail) {
    return ImageHeader.broken(ImageHeader.Kind.PNG, detail);
  }

  private PackedImage run() throws UndecodableImage, DataFormatException {
    if (!nextData()) {
      throw broken("no picture data");
    }
    if (type == 3 && palette == null) {
      throw broken("no palette");
    }
    if (interlaced) {
      for (int[] pass : ADAM7) {
        pass(pass);
      }
    } else {
      pass(ONE_PASS);
    }
    return new PackedImage(width, height, pixels, stored());
  }

  private PackedImage.Stored stored() {
    boolean keyed = transparency != null;
    return switch (type) {
      case 4, 6 -> PackedImage.Stored.ALPHA_CHANNEL;
      case 3 -> PackedImage.Stored.indexed(keyed);
      default ->
          depth == 1
              ? PackedImage.Stored.indexed(keyed)
              : keyed ? PackedImage.Stored.ALPHA_KEY : PackedImage.Stored.PLAIN;
    };
  }

  /** One pass: origin x, y and step x, y. */
  private void pass(int[] pass) throws UndecodableImage, DataFormatException {
    int columns = Math.ceilDiv(width - pass[0], pass[2]);
    int rows = Math.ceilDiv(height - pass[1], pass[3]);
    if (columns <= 0 || rows <= 0) {
      return;
    }
    int step = Math.max(1, depth * channels / 8);
    int length = Math.toIntExact(((long) columns * depth * channels + 7) / 8);
    byte[] line = new byte[step + length];
    byte[] above = new byte[step + length];
    byte[] filter = new byte[1];
    for (int row = 0; row < rows; row++) {
      fill(filter, 0);
      fill(line, step);
      unfilter(filter[0], line, above, step);
      put(line, step, columns, (pass[1] + row * pass[3]) * width + pass[0], pass[2]);
      byte[] spare = above;
      above = line;
      line = spare;
    }
  }

  private void fill(byte[] line, int from) throws UndecodableImage, DataFormatException {
    while (from < line.length) {
      int n = inflater.inflate(line, from, line.length - from);
      from += n;
      if (n == 0) {
        if (inflater.finished() || inflater.needsDictionary() || !nextData()) {
          throw broken("truncated");
        }
      }
    }
  }

  /** Gives the next IDAT to the inflater, reading the chunks before it; false at the end. */
  private boolean nextData() throws UndecodableImage {
    while (chunk + 12 <= file.length) {
      int from = chunk + 8;
      int name = bytes.getInt(chunk + 4);
      long length = bytes.getInt(chunk) & 0xFFFFFFFFL;
      boolean cut = from + length + 4 > file.length;
      int there = cut ? file.length - from : (int) length;
      if (name == IDAT) {
        begun = true;
        inflater.setInput(file, from, there);
        chunk = from + there + (cut ? 0 : 4);
        return true;
      }
      if (!begun && (cut || crc(chunk + 4, 4 + there) != bytes.getInt(from + there))) {
        throw broken(cut ? "truncated" : "check sum of a chunk");
      }
      switch (name) {
        case PLTE -> palette = slice(from, there, cut);
        case TRNS -> transparency = slice(from, there, cut);
        case IEND -> {
          return false;
        }
        default -> {}
      }
      chunk = from + there + (cut ? 0 : 4);
    }
    return false;
  }

  /** PIL checks the chunks before the picture's data. */
  private int crc(int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(file, from, length);
    return (int) crc.getValue();
  }

  private byte[] slice(int from, int length, boolean cut) throws UndecodableImage {
    if (cut) {
      throw broken("truncated");
    }
    return java.util.Arrays.copyOfRange(file, from, from + length);
  }

  private static void unfilter(int filter, byte[] line, byte[] above, int step)
      throws UndecodableImage {
    switch (filter) {
      case 0 -> {}
      case 1 -> {
        for (int i = step; i < line.length; i++) {
          line[i] = (byte) (line[i] + line[i - step]);
        }
      }
      case 2 -> {
        for (int i = step; i < line.length; i++) {
          line[i] = (byte) (line[i] + above[i]);
        }
      }
      case 3 -> {
        for (int i = step; i < line.length; i++) {
          line[i] = (byte) (line[i] + ((line[i - step] & 0xFF) + (above[i] & 0xFF) >> 1));
        }
      }
      case 4 -> {
        for (int i = step; i < line.length; i++) {
          int predicted = paeth(line[i - step] & 0xFF, above[i] & 0xFF, above[i - step] & 0xFF);
          line[i] = (byte) (line[i] + predicted);
        }
      }
      default -> throw broken("row filter " + filter);
    }
  }

  private static int paeth(int left, int up, int corner) {
    int a = Math.abs(up - corner);
    int b = Math.abs(left - corner);
    int c = Math.abs(left + up - 2 * corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
  }

  private void put(byte[] line, int from, int columns, int to, int stride) throws UndecodableImage {
    if (type == 3 || depth < 8) {
      int[] colours = type == 3 ? paletteColours() : grayColours();
      for (int x = 0; x < columns; x++, to += stride) {
        pixels[to] = colours[index(line, from, x)];
      }
      return;
    }
    int size = depth / 8;
    for (int x = 0, at = from; x < columns; x++, at += size * channels, to += stride) {
      pixels[to] =
          switch (type) {
            case 0 -> gray(line[at]) | keyed(line, at, size, 1);
            case 2 ->
                colour(line[at], line[at + size], line[at + 2 * size]) | keyed(line, at, size, 3);
            case 4 -> gray(line[at]) | line[at + size] & 0xFF;
            default ->
                colour(line[at], line[at + size], line[at + 2 * size]) | line[at + 3 * size] & 0xFF;
          };
    }
  }

  private static int gray(byte value) {
    return (value & 0xFF) * 0x01010100;
  }

  private static int colour(byte r, byte g, byte b) {
    return (r & 0xFF) << 24 | (g & 0xFF) << 16 | (b & 0xFF) << 8;
  }

  /** Opacity by the one transparent colour of {@code tRNS}, which holds 16 bits a sample. */
  private int keyed(byte[] line, int at, int size, int samples) {
    byte[] key = transparency;
    if (key == null || key.length < 2 * samples) {
      return 0xFF;
    }
    for (int s = 0; s < samples; s++) {
      boolean low = line[at + size * s + size - 1] == key[2 * s + 1];
      boolean high = size == 1 || line[at + size * s] == key[2 * s];
      if (!low || !high) {
        return 0xFF;
      }
    }
    return 0;
  }

  private int index(byte[] line, int from, int x) {
    if (depth == 8) {
      return line[from + x] & 0xFF;
    }
    int bit = x * depth;
    return line[from + (bit >> 3)] >> (8 - depth - (bit & 7)) & (1 << depth) - 1;
  }

  private int @Nullable [] colours;

  private int[] paletteColours() throws UndecodableImage {
    if (colours == null) {
      byte[] rgb = palette;
      if (rgb == null) {
        throw broken("no palette");
      }
      colours = new int[256];
      byte[] alphas = transparency == null ? new byte[0] : transparency;
      for (int i = 0; i < 256; i++) {
        boolean known = 3 * i + 2 < rgb.length;
        int alpha = i < alphas.length ? alphas[i] & 0xFF : 0xFF;
        colours[i] = (known ? colour(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) : 0) | alpha;
      }
    }
    return colours;
  }

  private int[] grayColours() {
    if (colours == null) {
      int most = (1 << depth) - 1;
      colours = new int[most + 1];
      byte[] key = transparency;
      for (int i = 0; i <= most; i++) {
        boolean clear = key != null && key.length >= 2 && (key[1] & 0xFF) == i && key[0] == 0;
        colours[i] = gray((byte) (i * 255 / most)) | (clear ? 0 : 0xFF);
      }
    }
    return colours;
  }
}
