package dev.filip.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of NumPy's array files, mapped: floats of 2, 4 or 8 bytes or whole numbers of 1 to 8, little
 * endian, C order, of any size. Nothing in it is executed (arrays of objects are refused). The
 * mapping ends when nothing refers to it any more. Immutable, thread-safe.
 */
public final class Npy {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([\\d, ]{0,80})\\)");
  private static final Pattern TYPE = Pattern.compile("'descr': *'([<|=])([fiu])([1248])'");
  private static final String RULE =
      "floats of 16, 32 or 64 bits or whole numbers, little endian, in C order";
  private static final int MAGIC = 6;
  private static final int FIRST = 12;

  /** What the numbers are. */
  public enum Kind {
    FLOAT,
    SIGNED,
    UNSIGNED
  }

  private final Path file;
  private final long[] shape;
  private final Kind kind;
  private final int bytes;
  private final MemorySegment data;

  private Npy(Path file, long[] shape, Kind kind, int bytes, MemorySegment data) {
    this.file = file;
    this.shape = shape;
    this.kind = kind;
    this.bytes = bytes;
    this.data = data;
  }

  /**
   * Maps a file.
   *
   * @throws BadInput naming the file when it is something else, or shorter or longer than it says
   */
  public static Npy open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      return parse(file, all);
    }
  }

  private static Npy parse(Path file, MemorySegment all) {
    if (all.byteSize() < FIRST
        || all.get(ValueLayout.JAVA_BYTE, 0) != (byte) 0x93
        || !text(all, 1, MAGIC - 1).equals("NUMPY")) {
      throw BadInput.of(file.toString(), "something else", "a .npy file");
    }
    boolean old = all.get(ValueLayout.JAVA_BYTE, MAGIC) == 1;
    long from = old ? 10 : FIRST;
    long length = old ? all.get(SHORT, 8) & 0xFFFF : all.get(INT, 8) & 0xFFFFFFFFL;
    if (length > all.byteSize() - from) {
      throw BadInput.of(file.toString(), all.byteSize() + " bytes", "a whole header");
    }
    String header = text(all, from, length);
    Matcher shape = SHAPE.matcher(header);
    Matcher type = TYPE.matcher(header);
    if (!shape.find()
        || !type.find()
        || type.group(2).equals("f") && type.group(3).equals("1")
        || header.contains("'fortran_order': True")) {
      throw BadInput.of(file.toString(), header.strip(), RULE);
    }
    Kind kind =
        switch (type.group(2)) {
          case "f" -> Kind.FLOAT;
          case "i" -> Kind.SIGNED;
          default -> Kind.UNSIGNED;
        };
    int bytes = type.group(3).charAt(0) - '0';
    long[] axes = axes(shape.group(1));
    BadInput.require(
        all.byteSize() - from - length == size(axes, bytes),
        file.toString(),
        all.byteSize() + " bytes",
        "as long as its shape " + Arrays.toString(axes) + " says");
    return new Npy(file, axes, kind, bytes, all.asSlice(from + length));
  }

  private static String text(MemorySegment all, long from, long length) {
    byte[] some = all.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(some, StandardCharsets.ISO_8859_1);
  }

  private static long[] axes(String numbers) {
    return Arrays.stream(numbers.split(","))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .mapToLong(n -> n.length() > 18 ? Long.MAX_VALUE : Long.parseLong(n))
        .toArray();
  }

  /** Bytes of the data; -1 where no file can be so long. */
  private static long size(long[] axes, int bytes) {
    long size = bytes;
    for (long axis : axes) {
      long high = Math.multiplyHigh(size, axis);
      size *= axis;
      if (high != 0 || size < 0) {
        return -1;
      }
    }
    return size;
  }

  /** Lengths of the axes; empty for a single number. */
  public long[] shape() {
    return shape.clone();
  }

  /** What the numbers are. */
  public Kind kind() {
    return kind;
  }

  /** Bytes of a number. */
  public int bytes() {
    return bytes;
  }

  /** How many numbers. */
  public long count() {
    return data.byteSize() / bytes;
  }

  /** The numbers as they lie in the file, row-major. */
  public MemorySegment data() {
    return data;
  }

  /**
   * Number {@code i} in the file's order.
   *
   * @throws IllegalStateException where numbers are whole
   */
  public double real(long i) {
    if (kind != Kind.FLOAT) {
      throw new IllegalStateException(file + " holds whole numbers");
    }
    long at = Objects.checkIndex(i, count()) * bytes;
    return switch (bytes) {
      case Short.BYTES -> Float.float16ToFloat(data.get(SHORT, at));
      case Integer.BYTES -> Float.intBitsToFloat(data.get(INT, at));
      default -> Double.longBitsToDouble(data.get(LONG, at));
    };
  }

  /**
   * Whole number {@code i} in the file's order; an unsigned one of 64 bits that no long holds is
   * the greatest long.
   *
   * @throws IllegalStateException where numbers are floats
   */
  public long whole(long i) {
    if (kind == Kind.FLOAT) {
      throw new IllegalStateException(file + " holds floats");
    }
    long at = Objects.checkIndex(i, count()) * bytes;
    long value =
        switch (bytes) {
          case Byte.BYTES -> data.get(ValueLayout.JAVA_BYTE, at);
          case Short.BYTES -> data.get(SHORT, at);
          case Integer.BYTES -> data.get(INT, at);
          default -> data.get(LONG, at);
        };
    if (kind == Kind.SIGNED || value >= 0) {
      return value;
    }
    return bytes == Long.BYTES ? Long.MAX_VALUE : value & (1L << bytes * Byte.SIZE) - 1;
  }

  /** All numbers as fp32, in the file's order; they must fit an array and be floats. */
  public float[] floats() {
    float[] values = new float[Math.toIntExact(count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) real(i);
    }
    return values;
  }
}
