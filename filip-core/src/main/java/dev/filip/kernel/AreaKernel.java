package dev.filip.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * OpenCV's area resize ({@code INTER_AREA}) of 8-bit pixels packed as {@code 0xRRGGBB..}, to an
 * equal or smaller size: each output is the mean of what it covers, parts of pixels by their share.
 * The sums are OpenCV's in its order (single precision, across and then down, no fused products):
 * the bytes are those of its x86 builds. The lowest byte of an output is 255. Thread-safe.
 *
 * <p>A source row is summed across once, and stays in the first cache until the outputs that it
 * belongs to have it; nothing of the picture's size is held beside. {@link #plain} and {@link
 * #vector} give the same bytes.
 */
public final class AreaKernel {
  private static final int CHANNELS = 3;

  /** Added to a float in [0, 2^22), leaves it in the low bits, rounded with halves to even. */
  private static final float TO_LOW_BITS = 0x1.8p23f;

  private static final int LOW_BITS = 0x3FFFFF;

  private AreaKernel() {}

  /** Whether {@link #vector} is the faster one: only x86 reads scattered pixels at once. */
  public static boolean prefersVectors() {
    String processor = System.getProperty("os.arch", "");
    return Kernels.haveVectors() && (processor.equals("amd64") || processor.equals("x86_64"));
  }

  /** Sums of rows of one length. */
  private interface Rows {
    /** Reads the source row that begins at {@code from}. */
    void across(int from);

    /** Adds the row that was read to the outputs; the first takes the place of what was there. */
    void down(float weight, boolean first);

    /** Writes the outputs. */
    void write(int[] out, int to);
  }

  /**
   * The smaller picture, row-major; by the Vector API.
   *
   * @param pixels row-major, {@code across.source()} a row
   */
  public static int[] vector(int[] pixels, AreaWeights across, AreaWeights down) {
    return across.whole() && down.whole()
        ? means(pixels, across, down)
        : resized(across, down, new VectorRows(pixels, across));
  }

  /** The same in plain loops. */
  public static int[] plain(int[] pixels, AreaWeights across, AreaWeights down) {
    return across.whole() && down.whole()
        ? means(pixels, across, down)
        : resized(across, down, new PlainRows(pixels, across));
  }

  private static int[] resized(AreaWeights across, AreaWeights down, Rows rows) {
    int[] out = new int[Math.multiplyExact(across.target(), down.target())];
    int held = -1;
    for (int y = 0; y < down.target(); y++) {
      for (int t = 0; t < down.count()[y]; t++) {
        int row = down.first()[y] + t;
        if (row != held) {
          rows.across(row * across.source());
          held = row;
        }
        rows.down(down.weights()[y * down.taps() + t], t == 0);
      }
      rows.write(out, y * across.target());
    }
    return out;
  }

  /** Whole pixels are covered, as many by each output: OpenCV then sums integers. */
  private static int[] means(int[] pixels, AreaWeights across, AreaWeights down) {
    int[] out = new int[Math.multiplyExact(across.target(), down.target())];
    int high = down.source() / down.target();
    int wide = across.source() / across.target();
    for (int y = 0, i = 0; y < down.target(); y++) {
      int at = y * high * across.source();
      for (int x = 0; x < across.target(); x++, i++, at += wide) {
        out[i] = mean(pixels, at, across.source(), wide, high);
      }
    }
    return out;
  }

  private static int mean(int[] pixels, int from, int stride, int wide, int high) {
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = 0, row = from; y < high; y++, row += stride) {
      for (int at = row; at < row + wide; at++) {
        int pixel = pixels[at];
        red += pixel >>> 24;
        green += pixel >>> 16 & 0xFF;
        blue += pixel >>> 8 & 0xFF;
      }
    }
    if (high == 2 && wide == 2) { // halves are rounded up here, to even below
      return (int) ((red + 2) >> 2 << 24 | (green + 2) >> 2 << 16 | (blue + 2) >> 2 << 8) | 0xFF;
    }
    float share = 1f / ((float) high * wide);
    return rounded(red * share) << 24
        | rounded(green * share) << 16
        | rounded(blue * share) << 8
        | 0xFF;
  }

  /** Halves to even; at most 255. */
  private static int rounded(float value) {
    return Math.min(Float.floatToRawIntBits(value + TO_LOW_BITS) & LOW_BITS, 255);
  }

  /** Channels of a pixel lie side by side. */
  private static final class PlainRows implements Rows {
    private final int[] pixels;
    private final AreaWeights axis;
    private final float[] input;
    private final float[] row;
    private final float[] sum;

    PlainRows(int[] pixels, AreaWeights axis) {
      this.pixels = pixels;
      this.axis = axis;
      this.input = new float[CHANNELS * axis.source()];
      this.row = new float[CHANNELS * axis.target()];
      this.sum = new float[CHANNELS * axis.target()];
    }

    @Override
    public void across(int from) {
      for (int x = 0, at = 0; x < axis.source(); x++, at += CHANNELS) {
        int pixel = pixels[from + x];
        input[at] = pixel >>> 24;
        input[at + 1] = pixel >>> 16 & 0xFF;
        input[at + 2] = pixel >>> 8 & 0xFF;
      }
      for (int x = 0; x < axis.target(); x++) {
        one(x, x * axis.taps());
      }
    }

    private void one(int x, int tap) {
      float red = 0;
      float green = 0;
      float blue = 0;
      int at = axis.first()[x] * CHANNELS;
      for (int t = tap, end = tap + axis.count()[x]; t < end; t++, at += CHANNELS) {
        float weight = axis.weights()[t];
        red += input[at] * weight;
        green += input[at + 1] * weight;
        blue += input[at + 2] * weight;
      }
      row[x * CHANNELS] = red;
      row[x * CHANNELS + 1] = green;
      row[x * CHANNELS + 2] = blue;
    }

    @Override
    public void down(float weight, boolean first) {
      for (int i = 0; i < row.length; i++) {
        float part = row[i] * weight;
        sum[i] = first ? part : sum[i] + part;
      }
    }

    @Override
    public void write(int[] out, int to) {
      for (int x = 0, at = 0; x < axis.target(); x++, at += CHANNELS) {
        out[to + x] =
            rounded(sum[at]) << 24 | rounded(sum[at + 1]) << 16 | rounded(sum[at + 2]) << 8 | 0xFF;
      }
    }
  }

  /**
   * Channels lie apart, each padded to whole vectors; a lane is an output. All that names the
   * Vector API: {@link PlainRows} run where there is none.
   */
  private static final class VectorRows implements Rows {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> FLOATS =
        VectorSpecies.of(float.class, INTS.vectorShape());
    private static final int LANES = INTS.length();

    private final int[] pixels;
    private final int width;
    private final int wide;

    /** Tap after tap, a weight for each output; one that an output lacks has 0. */
    private final float[] weights;

    /** As many places in a row; from {@link #base} where inputs are near. */
    private final int[] places;

    /** For each vector of outputs, where the two vectors begin that hold all its inputs. */
    private final int[] base;

    /** Whether there are such two vectors for all outputs. */
    private final boolean near;

    private final float[] row;
    private final float[] sum;

    VectorRows(int[] pixels, AreaWeights axis) {
      this.pixels = pixels;
      this.width = axis.target();
      this.wide = Math.ceilDiv(width, LANES) * LANES;
      this.row = new float[CHANNELS * wide];
      this.sum = new float[CHANNELS * wide];
      this.weights = new float[axis.taps() * wide];
      this.places = new int[axis.taps() * wide];
      this.base = new int[wide / LANES];
      boolean allNear = axis.source() >= 2 * LANES;
      for (int x = 0; x < width; x++) {
        int first = axis.first()[x];
        if (x % LANES == 0) {
          base[x / LANES] = Math.min(first, axis.source() - 2 * LANES);
        }
        allNear &= first + axis.count()[x] - base[x / LANES] <= 2 * LANES;
        for (int t = 0; t < axis.count()[x]; t++) {
          places[t * wide + x] = first + t;
          weights[t * wide + x] = axis.weights()[x * axis.taps() + t];
        }
      }
      this.near = allNear;
      for (int i = 0; near && i < places.length; i++) {
        places[i] = Math.max(0, places[i] - base[i % wide / LANES]);
      }
    }

    @Override
    public void across(int from) {
      for (int x = 0; x < wide; x += LANES) {
        if (near) {
          near(x, from + base[x / LANES]);
        } else {
          far(x, from);
        }
      }
    }

    private void near(int x, int from) {
      IntVector left = IntVector.fromArray(INTS, pixels, from);
      IntVector right = IntVector.fromArray(INTS, pixels, from + LANES);
      FloatVector red = FloatVector.zero(FLOATS);
      FloatVector green = red;
      FloatVector blue = red;
      for (int at = x; at < weights.length; at += wide) {
        IntVector pixel = IntVector.fromArray(INTS, places, at).selectFrom(left, right);
        FloatVector weight = FloatVector.fromArray(FLOATS, weights, at);
        red = red.add(channel(pixel, 24).mul(weight));
        green = green.add(channel(pixel, 16).mul(weight));
        blue = blue.add(channel(pixel, 8).mul(weight));
      }
      keep(red, green, blue, x);
    }

    private void far(int x, int from) {
      FloatVector red = FloatVector.zero(FLOATS);
      FloatVector green = red;
      FloatVector blue = red;
      for (int at = x; at < weights.length; at += wide) {
        IntVector pixel = IntVector.fromArray(INTS, pixels, from, places, at);
        FloatVector weight = FloatVector.fromArray(FLOATS, weights, at);
        red = red.add(channel(pixel, 24).mul(weight));
        green = green.add(channel(pixel, 16).mul(weight));
        blue = blue.add(channel(pixel, 8).mul(weight));
      }
      keep(red, green, blue, x);
    }

    private void keep(FloatVector red, FloatVector green, FloatVector blue, int x) {
      red.intoArray(row, x);
      green.intoArray(row, x + wide);
      blue.intoArray(row, x + 2 * wide);
    }

    private static FloatVector channel(IntVector pixel, int shift) {
      IntVector value = pixel.lanewise(VectorOperators.LSHR, shift).and(0xFF);
      return (FloatVector) value.convert(VectorOperators.I2F, 0);
    }

    @Override
    public void down(float weight, boolean first) {
      for (int i = 0; i < row.length; i += LANES) {
        FloatVector part = FloatVector.fromArray(FLOATS, row, i).mul(weight);
        (first ? part : FloatVector.fromArray(FLOATS, sum, i).add(part)).intoArray(sum, i);
      }
    }

    @Override
    public void write(int[] out, int to) {
      int x = 0;
      for (; x + LANES <= width; x += LANES) {
        packed(x).intoArray(out, to + x);
      }
      if (x < width) {
        packed(x).intoArray(out, to + x, INTS.indexInRange(x, width));
      }
    }

    private IntVector packed(int x) {
      return rounded(x)
          .lanewise(VectorOperators.LSHL, 24)
          .or(rounded(x + wide).lanewise(VectorOperators.LSHL, 16))
          .or(rounded(x + 2 * wide).lanewise(VectorOperators.LSHL, 8))
          .or(0xFF);
    }

    private IntVector rounded(int at) {
      FloatVector shifted = FloatVector.fromArray(FLOATS, sum, at).add(TO_LOW_BITS);
      return shifted.reinterpretAsInts().and(LOW_BITS).min(255);
    }
  }
}
