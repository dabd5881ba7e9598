package dev.filip.image;

import static java.util.Objects.requireNonNull;

import dev.filip.kernel.Kernels;
import dev.filip.kernel.RgbKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * Common JPEG files by the same libjpeg-turbo as {@link Leptonica}'s, called through the libtiff
 * that the same library holds: the file is handed over as the one strip of a TIFF in memory, whose
 * pixels come as three bytes each. Leptonica stores every byte of a pixel by itself, which takes as
 * long as decoding does; libjpeg alone cannot be called, as its errors must not return. The pixels
 * are the same. Thread-safe.
 *
 * <p>Where the library does not tell its names (Windows), or the file is not of the common form,
 * there is nothing, and leptonica has it.
 */
final class JpegStrip {
  private static final ValueLayout.OfLong ADDRESS = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final boolean VECTORS = Kernels.haveVectors();

  /** Before the file in memory: its size, and where reading stands. */
  private static final int CONTROL = 16;

  private static final int TAGS = 12;

  /** File header, count, tags, end of tags, three times the bits of a sample, and two bytes. */
  private static final int HEADER = 8 + 2 + 12 * TAGS + 4 + 3 * 2 + 4;

  private static final int BITS_AT = HEADER - 10;
  private static final int CHANNELS = 3;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  /** TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB. */
  private static final int COLOR_MODE = 65538;

  private static final int RGB = 1;

  private JpegStrip() {}

  /** The pixels, or null where leptonica is to be asked. */
  static @Nullable PackedImage decode(byte[] file, JpegFile jpeg) {
    if (!jpeg.common() || !isHere()) {
      return null;
    }
    long bytes = (long) jpeg.width() * jpeg.height() * CHANNELS;
    try (BytePointer input = new BytePointer((long) CONTROL + HEADER + file.length);
        BytePointer output = new BytePointer(bytes)) {
      MemorySegment tiff = at(input.address(), (long) CONTROL + HEADER + file.length);
      tiff.set(ADDRESS, 0, (long) HEADER + file.length);
      tiff.set(ADDRESS, Long.BYTES, 0);
      MemorySegment.copy(
          header(jpeg, file.length), 0, tiff, ValueLayout.JAVA_BYTE, CONTROL, HEADER);
      MemorySegment.copy(
          file, 0, tiff, ValueLayout.JAVA_BYTE, (long) CONTROL + HEADER, file.length);
      return Library.read(input.address(), output.address(), bytes)
          ? packed(at(output.address(), bytes), jpeg.width(), jpeg.height())
          : null;
    }
  }

  /** Whether this platform's library tells the names. */
  static boolean isHere() {
    return Library.THERE;
  }

  private static PackedImage packed(MemorySegment rgb, int width, int height) {
    int[] pixels = new int[width * height];
    if (VECTORS) {
      RgbKernel.vector(rgb, pixels);
    } else {
      RgbKernel.plain(rgb, pixels);
    }
    return PackedImage.opaque(width, height, pixels);
  }

  /** A TIFF of one strip: JPEG, YCbCr, colours as {@link JpegFile} saw them. */
  private static byte[] header(JpegFile jpeg, int length) {
    ByteBuffer out = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8).putShort((short) TAGS);
    tag(out, 256, LONG, 1, jpeg.width());
    tag(out, 257, LONG, 1, jpeg.height());
    tag(out, 258, SHORT, CHANNELS, BITS_AT);
    tag(out, 259, SHORT, 1, 7); // JPEG
    tag(out, 262, SHORT, 1, 6); // YCbCr
    tag(out, 273, LONG, 1, HEADER); // where the strip begins
    tag(out, 277, SHORT, 1, CHANNELS);
    tag(out, 278, LONG, 1, jpeg.height()); // rows of the strip
    tag(out, 279, LONG, 1, length);
    tag(out, 284, SHORT, 1, 1); // channels side by side
    tag(out, 339, SHORT, 1, 1); // unsigned
    tag(out, 530, SHORT, 2, jpeg.sampling() >> 4 | (jpeg.sampling() & 15) << 16);
    out.putInt(0).putShort((short) 8).putShort((short) 8).putShort((short) 8);
    return out.array();
  }

  private static void tag(ByteBuffer out, int tag, int type, int count, int value) {
    out.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
  }

  @SuppressWarnings("restricted") // of a size that is known
  private static MemorySegment at(long address, long size) {
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  /** libtiff's functions, and those of ours that it reads memory by. */
  @SuppressWarnings("restricted")
  private static final class Library {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final @Nullable MethodHandle OPEN =
        find("TIFFClientOpen", FunctionDescriptor.of(ADDRESS, longs(10)));
    private static final @Nullable MethodHandle MODE =
        find(
            "TIFFSetField",
            FunctionDescriptor.of(INT, ADDRESS, INT, INT),
            Linker.Option.firstVariadicArg(2));
    private static final @Nullable MethodHandle STRIP =
        find(
            "TIFFReadEncodedStrip", FunctionDescriptor.of(ADDRESS, ADDRESS, INT, ADDRESS, ADDRESS));
    private static final @Nullable MethodHandle CLOSE =
        find("TIFFClose", FunctionDescriptor.ofVoid(ADDRESS));
    private static final long[] CALLS = calls();
    private static final long NAME = Arena.global().allocateFrom("jpeg").address();
    private static final long READ_MODE = Arena.global().allocateFrom("r").address();
    static final boolean THERE = quiet();

    private static MemoryLayout[] longs(int count) {
      return java.util.Collections.nCopies(count, ADDRESS).toArray(MemoryLayout[]::new);
    }

    private static @Nullable MethodHandle find(
        String name, FunctionDescriptor form, Linker.Option... options) {
      Leptonica.load();
      return SymbolLookup.loaderLookup()
          .find(name)
          .map(function -> LINKER.downcallHandle(function, form, options))
          .orElse(null);
    }

    /** What libtiff complains of goes nowhere; false where names are missing. */
    private static boolean quiet() {
      FunctionDescriptor form = FunctionDescriptor.of(ADDRESS, ADDRESS);
      List<Optional<MethodHandle>> setters =
          List.of(
              Optional.ofNullable(find("TIFFSetErrorHandler", form)),
              Optional.ofNullable(find("TIFFSetWarningHandler", form)));
      if (OPEN == null || MODE == null || STRIP == null || CLOSE == null) {
        return false;
      }
      for (Optional<MethodHandle> setter : setters) {
        if (setter.isEmpty()) {
          return false;
        }
        call(() -> (long) setter.get().invokeExact(0L));
      }
      return true;
    }

    private static long[] calls() {
      return new long[] {
        call("get", long.class, long.class, long.class, long.class),
        call("put", long.class, long.class, long.class, long.class),
        call("seek", long.class, long.class, long.class, int.class),
        call("end", int.class, long.class),
        call("size", long.class, long.class),
        call("map", int.class, long.class, long.class, long.class),
        call("unmap", void.class, long.class, long.class, long.class)
      };
    }

    private static long call(String name, Class<?> result, Class<?>... arguments) {
      try {
        MethodHandle ours =
            MethodHandles.lookup()
                .findStatic(Library.class, name, MethodType.methodType(result, arguments));
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
          layouts[i] = arguments[i] == int.class ? INT : ADDRESS;
        }
        FunctionDescriptor form =
            result == void.class
                ? FunctionDescriptor.ofVoid(layouts)
                : FunctionDescriptor.of(result == int.class ? INT : ADDRESS, layouts);
        return LINKER.upcallStub(ours, form, Arena.global()).address();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    private interface Call {
      long make() throws Throwable;
    }

    private static long call(Call call) {
      try {
        return call.make();
      } catch (Throwable e) {
        throw new IllegalStateException("a call of libtiff failed", e);
      }
    }

    /** Decodes the strip of the TIFF at {@code input}; false where libtiff refuses. */
    static boolean read(long input, long output, long bytes) {
      return call(() -> {
        long tiff =
            (long)
                requireNonNull(OPEN)
                    .invokeExact(
                        NAME, READ_MODE, input, CALLS[0], CALLS[1], CALLS[2], CALLS[3], CALLS[4],
                        CALLS[5], CALLS[6]);
        if (tiff == 0) {
          return 0;
        }
        try {
          int set = (int) requireNonNull(MODE).invokeExact(tiff, COLOR_MODE, RGB);
          return set == 0 ? 0 : (long) requireNonNull(STRIP).invokeExact(tiff, 0, output, bytes);
        } finally {
          requireNonNull(CLOSE).invokeExact(tiff);
        }
      })
          == bytes;
    }

    private static long get(long file, long to, long most) {
      MemorySegment control = at(file, CONTROL);
      long from = control.get(ADDRESS, Long.BYTES);
      long count = Math.clamp(size(file) - from, 0, most);
      MemorySegment.copy(at(file + CONTROL, size(file)), from, at(to, count), 0, count);
      control.set(ADDRESS, Long.BYTES, from + count);
      return count;
    }

    private static long put(long file, long from, long count) {
      return -1;
    }

    private static long seek(long file, long offset, int whence) {
      MemorySegment control = at(file, CONTROL);
      long base =
          switch (whence) {
            case 0 -> 0;
            case 1 -> control.get(ADDRESS, Long.BYTES);
            default -> size(file);
          };
      control.set(ADDRESS, Long.BYTES, Math.clamp(base + offset, 0, size(file)));
      return control.get(ADDRESS, Long.BYTES);
    }

    private static int end(long file) {
      return 0;
    }

    private static long size(long file) {
      return at(file, CONTROL).get(ADDRESS, 0);
    }

    private static int map(long file, long base, long count) {
      at(base, Long.BYTES).set(ADDRESS, 0, file + CONTROL);
      at(count, Long.BYTES).set(ADDRESS, 0, size(file));
      return 1;
    }

    private static void unmap(long file, long base, long count) {
      // the memory is freed by whoever decodes
    }
  }
}
