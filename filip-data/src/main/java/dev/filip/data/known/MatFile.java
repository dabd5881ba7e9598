package dev.filip.data.known;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.format.Mat5Reader;
import us.hebi.matlab.mat.format.Mat5Tag;
import us.hebi.matlab.mat.format.Mat5Type;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Char;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Source;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/**
 * A small MATLAB file of level 5: lists of numbers, cells of texts, struct arrays. Objects in it
 * are not made. Anything broken is {@link BadInput} in one line. Immutable.
 */
final class MatFile {
  private static final long LARGEST = 1 << 26;
  private static final int LARGEST_UNPACKED = 1 << 28;

  private static final int HEADER = 128;
  private static final int TAG = 8;

  private final Path file;
  private final Mat5File content;

  private MatFile(Path file, Mat5File content) {
    this.file = file;
    this.content = content;
  }

  /** Reads all of it. */
  static MatFile read(Path file) {
    try {
      long size = Files.size(file);
      if (size > LARGEST) {
        throw new BadInput(file + ": " + size + " bytes; at most " + LARGEST + " are read");
      }
      return new MatFile(file, parse(Files.readAllBytes(file)));
    } catch (BadInput e) {
      throw e;
    } catch (IOException e) {
      // what the reader finds out itself is wrapped several times
      boolean own = e.getCause() == null;
      throw broken(file, own ? Reasons.of(e) : "an element is broken", e);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // a broken length makes the reader index, or ask for memory, beyond all bounds
      throw broken(file, "an element is broken", e);
    }
  }

  /** The outer elements lie within the file: the reader would look for them beyond it. */
  private static void checkElements(byte[] bytes) throws IOException {
    if (bytes.length < HEADER) {
      throw new IOException("it has " + bytes.length + " bytes");
    }
    if (new String(bytes, 0, 10, StandardCharsets.ISO_8859_1).equals("MATLAB 7.3")) {
      throw new IOException("it is one of level 7.3 (HDF5)");
    }
    boolean little = bytes[HEADER - 2] == 'I';
    ByteBuffer in =
        ByteBuffer.wrap(bytes).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long at = HEADER;
    while (at < bytes.length) {
      long left = bytes.length - at - TAG;
      long size = left < 0 ? 0 : Integer.toUnsignedLong(in.getInt((int) at + 4));
      if (size > left) {
        throw new IOException("an element of " + size + " bytes where " + left + " are left");
      }
      at += TAG + size;
    }
  }

  private static Mat5File parse(byte[] bytes) throws IOException {
    checkElements(bytes);
    return new Reader(Sources.wrap(bytes), new Limit()).disableSubsystemProcessing().readMat();
  }

  private static BadInput broken(Path file, String why, Throwable cause) {
    return new BadInput(file + ": no readable MATLAB file of level 5: " + why, cause);
  }

  private <T extends Array> T array(String name, Class<T> type, String kind) {
    for (var entry : content.getEntries()) {
      if (entry.getName().equals(name)) {
        return cast(name, entry.getValue(), type, kind);
      }
    }
    throw new BadInput(file + ": has no array " + name);
  }

  private <T extends Array> T cast(String name, Array value, Class<T> type, String kind) {
    if (!type.isInstance(value)) {
      throw new BadInput(file + ": " + name + " is no " + kind);
    }
    return type.cast(value);
  }

  /** A matrix of whole numbers, column by column. */
  int[] wholes(String name) {
    Matrix matrix = array(name, Matrix.class, "list of numbers");
    int[] values = new int[Math.max(0, matrix.getNumElements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = whole(name, matrix, i);
    }
    return values;
  }

  private int whole(String name, Matrix matrix, int i) {
    double value = matrix.getDouble(i);
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw new BadInput(file + ": " + name + " holds " + value + ", which is no whole number");
    }
    return (int) value;
  }

  /** A cell of texts. */
  List<String> texts(String name) {
    Cell cell = array(name, Cell.class, "cell of texts");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < cell.getNumElements(); i++) {
      texts.add(text(name, cell.get(i)));
    }
    return texts;
  }

  private String text(String name, Array value) {
    return value.getNumElements() == 0 ? "" : cast(name, value, Char.class, "text").getString();
  }

  /** A struct array. */
  Structs structs(String name) {
    return new Structs(name, array(name, Struct.class, "struct array"));
  }

  /** The elements of a struct array, by field. */
  final class Structs {
    private final String name;
    private final Struct struct;

    private Structs(String name, Struct struct) {
      this.name = name;
      this.struct = struct;
    }

    int size() {
      return struct.getNumElements();
    }

    private Array field(String field, int i) {
      if (!struct.getFieldNames().contains(field)) {
        throw new BadInput(file + ": " + name + " has no field " + field);
      }
      Array value;
      try {
        value = struct.get(field, i);
      } catch (IndexOutOfBoundsException e) {
        throw broken(file, name + " is not as large as it says", e);
      }
      if (value == null) {
        throw new BadInput(file + ": " + name + " has no " + field + " in element " + (i + 1));
      }
      return value;
    }

    /** A field of element {@code i} as text. */
    String text(String field, int i) {
      return MatFile.this.text(name + "." + field, field(field, i));
    }

    /** A field of element {@code i} as a whole number. */
    int whole(String field, int i) {
      String path = name + "." + field;
      Matrix one = cast(path, field(field, i), Matrix.class, "number");
      if (one.getNumElements() < 1) {
        throw new BadInput(file + ": " + path + " is empty in element " + (i + 1));
      }
      return MatFile.this.whole(path, one, 0);
    }
  }

  /** Refuses the impossible length of an inner element, where the library prints a line. */
  private static final class Reader extends Mat5Reader {
    private final Limit limit;

    Reader(Source source, Limit limit) {
      super(source);
      this.limit = limit;
      setMaxInflateBufferSize(LARGEST_UNPACKED).setBufferAllocator(limit);
    }

    @Override
    protected Mat5Tag readTagWithExpectedType(Mat5Type expected) throws IOException {
      Mat5Tag tag = super.readTagWithExpectedType(expected);
      if (tag.getNumBytes() < 0) {
        throw new IOException("an element of more than 2 GiB");
      }
      return tag;
    }

    /** For what is packed. */
    @Override
    protected Mat5Reader createChildReader(Source packed) {
      Reader child = new Reader(packed, limit);
      child.mcos = mcos;
      return child;
    }
  }

  /** Memory for arrays, as long as there are not too many. */
  private static final class Limit implements BufferAllocator {
    private int left = LARGEST_UNPACKED;

    @Override
    public ByteBuffer allocate(int size) {
      if (size < 0 || size > left) {
        throw new IllegalArgumentException("an array of " + size + " bytes");
      }
      left -= size;
      return ByteBuffer.allocate(size);
    }

    @Override
    public void release(ByteBuffer buffer) {}
  }
}
