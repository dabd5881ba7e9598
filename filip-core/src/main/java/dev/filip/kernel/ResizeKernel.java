package dev.filip.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * PIL's two-pass resize of 8-bit pixels packed as {@code 0xRRGGBBAA}: horizontal, then vertical,
 * rounded and clipped to bytes after each pass. Only a window of the output is made: its pixels are
 * those of the whole. Thread-safe.
 *
 * <p>Each lane holds one pixel: lanes are rows in the horizontal pass (through a transposed strip)
 * and columns in the vertical one. {@link #plain} is the oracle; both give the same bytes.
 */
public final class ResizeKernel {
  private static final int HALF = 1 << (ResizeWeights.BITS - 1);

  private ResizeKernel() {}

  /** A part of an array of pixels: the pixel (x, y) is {@code pixels[offset + y * stride + x]}. */
  public record Grid(int[] pixels, int offset, int stride) {}

  /** Columns {@code x} to {@code x + width} and rows {@code y} to {@code y + height}. */
  public record Window(int x, int y, int width, int height) {}

  /**
   * Whether the vertical pass comes first, as Pillow 13 decides (found by experiment; earlier
   * versions always begin horizontally): where height shrinks by more than twice what width does.
   */
  static boolean verticalFirst(ResizeWeights across, ResizeWeights down) {
    int narrower = Math.max(0, across.source() - across.target());
    return down.source() - down.target() > 2 * narrower;
  }

  /** The window of the resized picture, row-major; by the Vector API. */
  public static int[] vector(Grid grid, ResizeWeights across, ResizeWeights down, Window window) {
    int from = down.first()[window.y()];
    int rows = rows(down, window);
    int wide = padded(window.width());
    if (!verticalFirst(across, down)) {
      int[] middle = horizontal(grid, from, rows, across, window);
      return cut(vertical(middle, wide, from, down, window), wide, window);
    }
    int width = across.source();
    int stride = padded(width);
    int[] input = new int[rows * stride];
    for (int row = 0; row < rows; row++) {
      int at = grid.offset() + (from + row) * grid.stride();
      System.arraycopy(grid.pixels(), at, input, row * stride, width);
    }
    int[] middle = vertical(input, stride, from, down, window);
    var low = new Grid(middle, 0, stride);
    return cut(horizontal(low, 0, window.height(), across, window), wide, window);
  }

  /** Input rows that the window's outputs need. */
  private static int rows(ResizeWeights down, Window window) {
    int last = window.y() + window.height() - 1;
    return down.first()[last] + down.count()[last] - down.first()[window.y()];
  }

  private static int padded(int width) {
    return Math.ceilDiv(width, Lanes.COUNT) * Lanes.COUNT;
  }

  /** Rows of the window's columns, their stride padded to whole vectors. */
  private static int[] horizontal(
      Grid grid, int from, int rows, ResizeWeights across, Window window) {
    int lanes = Lanes.COUNT;
    int stride = padded(window.width());
    int[] out = new int[Math.multiplyExact(rows, stride)];
    int[] strip = new int[across.source() * lanes];
    int[] narrow = new int[stride * lanes];
    for (int row = 0; row < rows; row += lanes) {
      int here = Math.min(lanes, rows - row);
      readStrip(grid, from + row, here, across.source(), strip);
      for (int x = 0; x < window.width(); x++) {
        Lanes.sum(strip, lanes, across, window.x() + x, 0, narrow, x * lanes);
      }
      for (int r = 0; r < here; r++) {
        int to = (row + r) * stride;
        for (int x = 0; x < window.width(); x++) {
          out[to + x] = narrow[x * lanes + r];
        }
      }
    }
    return out;
  }

  /** The window's rows of an input that begins with row {@code from}; stride of whole vectors. */
  private static int[] vertical(
      int[] input, int stride, int from, ResizeWeights down, Window window) {
    int[] out = new int[Math.multiplyExact(window.height(), stride)];
    for (int y = 0; y < window.height(); y++) {
      for (int x = 0; x < stride; x += Lanes.COUNT) {
        Lanes.sum(input, stride, down, window.y() + y, x - from * stride, out, y * stride + x);
      }
    }
    return out;
  }

  private static int[] cut(int[] padded, int stride, Window window) {
    if (stride == window.width()) {
      return padded;
    }
    int[] out = new int[window.height() * window.width()];
    for (int y = 0; y < window.height(); y++) {
      System.arraycopy(padded, y * stride, out, y * window.width(), window.width());
    }
    return out;
  }

  /** Rows side by side: {@code strip[x * lanes + r]}. */
  private static void readStrip(Grid grid, int row, int rows, int width, int[] strip) {
    int lanes = Lanes.COUNT;
    int[] pixels = grid.pixels();
    for (int r = 0; r < rows; r++) {
      int at = grid.offset() + (row + r) * grid.stride();
      for (int x = 0; x < width; x++) {
        strip[x * lanes + r] = pixels[at + x];
      }
    }
  }

  /** The same by the definition, one pixel and one channel after the other. */
  public static int[] plain(Grid grid, ResizeWeights across, ResizeWeights down, Window window) {
    return verticalFirst(across, down)
        ? plainVerticalFirst(grid, across, down, window)
        : plainHorizontalFirst(grid, across, down, window);
  }

  private static int[] plainHorizontalFirst(
      Grid grid, ResizeWeights across, ResizeWeights down, Window window) {
    int from = down.first()[window.y()];
    int rows = rows(down, window);
    int[] middle = new int[Math.multiplyExact(rows, window.width())];
    for (int row = 0; row < rows; row++) {
      int at = grid.offset() + (from + row) * grid.stride();
      for (int x = 0; x < window.width(); x++) {
        middle[row * window.width() + x] = one(grid.pixels(), at, 1, across, window.x() + x);
      }
    }
    int[] out = new int[window.height() * window.width()];
    for (int y = 0; y < window.height(); y++) {
      for (int x = 0; x < window.width(); x++) {
        int at = x - from * window.width();
        out[y * window.width() + x] = one(middle, at, window.width(), down, window.y() + y);
      }
    }
    return out;
  }

  private static int[] plainVerticalFirst(
      Grid grid, ResizeWeights across, ResizeWeights down, Window window) {
    int[] middle = new int[across.source()];
    int[] out = new int[window.height() * window.width()];
    for (int y = 0; y < window.height(); y++) {
      for (int x = 0; x < middle.length; x++) {
        middle[x] = one(grid.pixels(), grid.offset() + x, grid.stride(), down, window.y() + y);
      }
      for (int x = 0; x < window.width(); x++) {
        out[y * window.width() + x] = one(middle, 0, 1, across, window.x() + x);
      }
    }
    return out;
  }

  private static int one(int[] in, int base, int step, ResizeWeights axis, int index) {
    int pixel = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
      int sum = HALF;
      for (int t = 0; t < axis.count()[index]; t++) {
        int value = in[base + (axis.first()[index] + t) * step] >>> shift & 0xFF;
        sum += value * axis.weights()[index * axis.taps() + t];
      }
      pixel |= Math.clamp(sum >> ResizeWeights.BITS, 0, 255) << shift;
    }
    return pixel;
  }

  /** All that names the Vector API, apart: {@link #plain} runs where there is none. */
  private static final class Lanes {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    static final int COUNT = SPECIES.length();

    private Lanes() {}

    /** One output for all lanes: taps are {@code step} ints apart. */
    static void sum(
        int[] in, int step, ResizeWeights axis, int index, int base, int[] out, int to) {
      IntVector red = IntVector.broadcast(SPECIES, HALF);
      IntVector green = red;
      IntVector blue = red;
      IntVector alpha = red;
      int tap = index * axis.taps();
      int[] weights = axis.weights();
      int at = base + axis.first()[index] * step;
      for (int end = tap + axis.count()[index]; tap < end; tap++, at += step) {
        IntVector pixel = IntVector.fromArray(SPECIES, in, at);
        int weight = weights[tap];
        red = red.add(pixel.lanewise(VectorOperators.LSHR, 24).mul(weight));
        green = green.add(pixel.lanewise(VectorOperators.LSHR, 16).and(0xFF).mul(weight));
        blue = blue.add(pixel.lanewise(VectorOperators.LSHR, 8).and(0xFF).mul(weight));
        alpha = alpha.add(pixel.and(0xFF).mul(weight));
      }
      clip(red)
          .lanewise(VectorOperators.LSHL, 24)
          .or(clip(green).lanewise(VectorOperators.LSHL, 16))
          .or(clip(blue).lanewise(VectorOperators.LSHL, 8))
          .or(clip(alpha))
          .intoArray(out, to);
    }

    private static IntVector clip(IntVector sum) {
      return sum.lanewise(VectorOperators.ASHR, ResizeWeights.BITS).max(0).min(255);
    }
  }
}
