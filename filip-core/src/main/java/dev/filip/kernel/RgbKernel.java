package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pixels of three bytes each (red first) to {@code 0xRRGGBBFF}. {@link #plain} and {@link #vector}
 * give the same. Thread-safe.
 */
public final class RgbKernel {
  private static final int BYTES = 3;

  private RgbKernel() {}

  /** Packs all pixels; {@code rgb} holds three bytes for each. */
  public static void plain(MemorySegment rgb, int[] pixels) {
    tail(rgb, pixels, 0);
  }

  /** The same by the Vector API. */
  public static void vector(MemorySegment rgb, int[] pixels) {
    tail(rgb, pixels, Lanes.pack(rgb, pixels));
  }

  private static void tail(MemorySegment rgb, int[] pixels, int from) {
    long at = (long) from * BYTES;
    for (int i = from; i < pixels.length; i++, at += BYTES) {
      int red = rgb.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
      int green = rgb.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF;
      int blue = rgb.get(ValueLayout.JAVA_BYTE, at + 2) & 0xFF;
      pixels[i] = red << 24 | green << 16 | blue << 8 | 0xFF;
    }
  }

  /** All that names the Vector API, apart: {@link #plain} runs where there is none. */
  private static final class Lanes {
    private static final VectorSpecies<Byte> SPECIES = ByteVector.SPECIES_PREFERRED;
    private static final int COUNT = SPECIES.length() / Integer.BYTES;

    /** Blue, green and red behind a byte that is set later. */
    private static final VectorShuffle<Byte> TURNED =
        VectorShuffle.fromOp(
            SPECIES,
            i -> i / Integer.BYTES * BYTES + Math.max(0, BYTES - i % Integer.BYTES) % BYTES);

    private Lanes() {}

    /** Packs while a whole vector can be read; gives how many. */
    static int pack(MemorySegment rgb, int[] pixels) {
      int i = 0;
      long last = rgb.byteSize() - SPECIES.length();
      for (long at = 0; at <= last && i + COUNT <= pixels.length; at += (long) COUNT * BYTES) {
        IntVector turned =
            ByteVector.fromMemorySegment(SPECIES, rgb, at, ByteOrder.LITTLE_ENDIAN)
                .rearrange(TURNED)
                .reinterpretAsInts();
        turned.or(0xFF).intoArray(pixels, i);
        i += COUNT;
      }
      return i;
    }
  }
}
