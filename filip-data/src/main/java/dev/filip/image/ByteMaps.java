package dev.filip.image;

/** Changes of single values by tables, one table a channel, and what the tables are made from. */
final class ByteMaps {
  private ByteMaps() {}

  /** The same table for all channels. */
  static PackedImage map(PackedImage image, int[] table) {
    return map(image, table, table, table);
  }

  static PackedImage map(PackedImage image, int[] red, int[] green, int[] blue) {
    int[] from = image.pixels();
    int[] to = new int[from.length];
    for (int i = 0; i < to.length; i++) {
      int pixel = from[i];
      to[i] =
          red[pixel >>> 24] << 24
              | green[pixel >>> 16 & 0xFF] << 16
              | blue[pixel >>> 8 & 0xFF] << 8
              | pixel & 0xFF;
    }
    return new PackedImage(image.width(), image.height(), to, image.stored());
  }

  /** How often each value occurs in the channel at bit {@code shift}. */
  static int[] histogram(PackedImage image, int shift) {
    int[] counts = new int[256];
    for (int pixel : image.pixels()) {
      counts[pixel >>> shift & 0xFF]++;
    }
    return counts;
  }

  /** PIL's luma of a pixel. */
  static int luma(int pixel) {
    int sum = (pixel >>> 24) * 19595 + (pixel >>> 16 & 0xFF) * 38470 + (pixel >>> 8 & 0xFF) * 7471;
    return sum + 0x8000 >> 16;
  }

  /** {@code ImageOps.autocontrast}: the darkest value becomes 0, the lightest 255. */
  static int[] autoContrast(int[] counts) {
    int low = 0;
    while (low < 255 && counts[low] == 0) {
      low++;
    }
    int high = 255;
    while (high > 0 && counts[high] == 0) {
      high--;
    }
    int[] table = new int[256];
    double scale = 255.0 / (high - low);
    double offset = -low * scale;
    for (int i = 0; i < 256; i++) {
      table[i] = high <= low ? i : Math.clamp((int) (i * scale + offset), 0, 255);
    }
    return table;
  }

  /** {@code ImageOps.equalize}: values spread evenly. */
  static int[] equalize(int[] counts) {
    int sum = 0;
    int last = 0;
    for (int count : counts) {
      sum += count;
      last = count > 0 ? count : last;
    }
    int step = (sum - last) / 255;
    int[] table = new int[256];
    int n = step / 2;
    for (int i = 0; i < 256; i++) {
      table[i] = step == 0 ? i : Math.min(255, n / step);
      n += counts[i];
    }
    return table;
  }
}
