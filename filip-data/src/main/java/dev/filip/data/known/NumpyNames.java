package dev.filip.data.known;

import dev.filip.pickle.BadPickle;
import dev.filip.pickle.PickleMachine.PickleTuple;
import dev.filip.pickle.PickleName;
import dev.filip.pickle.PickleNames;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * What pickled data sets are made of: plain values and NumPy's arrays of whole numbers, as Python 2
 * and 3 and NumPy 1 and 2 write them. Stateless.
 */
final class NumpyNames implements PickleNames {
  private static final Set<String> MODULES =
      Set.of(
          "numpy.core.multiarray",
          "numpy._core.multiarray",
          "numpy.core.numeric",
          "numpy._core.numeric",
          "numpy");
  private static final Set<String> NUMPY =
      Set.of("_reconstruct", "ndarray", "dtype", "scalar", "_frombuffer");
  private static final Set<String> BYTES =
      Set.of(
          "_codecs.encode",
          "__builtin__.bytes",
          "builtins.bytes",
          "builtins.bytearray",
          "__builtin__.bytearray");

  @Override
  public String what() {
    return "data sets";
  }

  /** Python 2's strings hold pixels. */
  @Override
  public Charset strings() {
    return StandardCharsets.ISO_8859_1;
  }

  @Override
  public PickleName admit(String module, String name) {
    PickleName global = new PickleName(module, name);
    boolean known =
        MODULES.contains(module) && NUMPY.contains(name) || BYTES.contains(global.full());
    if (!known) {
      throw new BadPickle(
          "refers to "
              + global.full()
              + ", which is not on the list of what data sets are made of: nothing was executed");
    }
    return global;
  }

  @Override
  public Object call(PickleName name, PickleTuple arguments) {
    return switch (name.name()) {
      case "_reconstruct" -> new Numbers();
      case "dtype" -> new Type(text(arguments, 0));
      case "scalar" -> scalar(arguments);
      case "_frombuffer" -> frombuffer(arguments);
      case "encode", "bytes", "bytearray" ->
          arguments.size() == 0 ? new byte[0] : bytes(arguments.get(0));
      default -> throw new BadPickle("calls " + name.full());
    };
  }

  @Override
  public void build(Object object, Object state) {
    if (!(state instanceof PickleTuple tuple)) {
      PickleNames.super.build(object, state);
    } else if (object instanceof Type type) {
      type.bigEndian = tuple.size() > 1 && ">".equals(tuple.get(1));
    } else if (object instanceof Numbers numbers) {
      if (tuple.size() < 5 || !(tuple.get(2) instanceof Type type)) {
        throw new BadPickle("has an array without shape, type and bytes");
      }
      boolean columns = Boolean.TRUE.equals(tuple.get(3)) || Long.valueOf(1).equals(tuple.get(3));
      numbers.fill(type, tuple.wholes(1, "an array's shape"), columns, bytes(tuple.get(4)));
    } else {
      PickleNames.super.build(object, state);
    }
  }

  private static long scalar(PickleTuple arguments) {
    if (arguments.size() < 2 || !(arguments.get(0) instanceof Type type)) {
      throw new BadPickle("has a number without type and bytes");
    }
    Numbers one = new Numbers();
    one.fill(type, new long[] {1}, false, bytes(arguments.get(1)));
    return one.whole(0);
  }

  private static Numbers frombuffer(PickleTuple arguments) {
    if (arguments.size() < 3 || !(arguments.get(1) instanceof Type type)) {
      throw new BadPickle("has an array without bytes, type and shape");
    }
    boolean columns = arguments.size() > 3 && "F".equals(arguments.get(3));
    Numbers numbers = new Numbers();
    numbers.fill(type, arguments.wholes(2, "an array's shape"), columns, bytes(arguments.get(0)));
    return numbers;
  }

  private static String text(PickleTuple arguments, int index) {
    if (arguments.size() > index && arguments.get(index) instanceof String text) {
      return text;
    }
    throw new BadPickle("has a type that is no text");
  }

  private static byte[] bytes(Object value) {
    return switch (value) {
      case byte[] bytes -> bytes;
      case String text -> text.getBytes(StandardCharsets.ISO_8859_1);
      default -> throw new BadPickle("has an array whose bytes are none");
    };
  }

  /** A type of whole numbers: {@code u1}, {@code i8}. */
  private static final class Type {
    private final int size;
    private final boolean signed;
    private boolean bigEndian;

    Type(String name) {
      String plain = name.replaceFirst("^[|<>=]", "");
      if (!plain.matches("[iub][1248]")) {
        throw new BadPickle("has an array of " + name + ": only whole numbers are read");
      }
      size = plain.charAt(1) - '0';
      signed = plain.charAt(0) == 'i';
      bigEndian = name.startsWith(">");
    }
  }

  /** An array of whole numbers, row by row. Filled once, then thread-safe. */
  static final class Numbers {
    private byte[] bytes = {};
    private Type type = new Type("u1");

    private void fill(Type as, long[] shape, boolean columns, byte[] values) {
      type = as;
      long count;
      try {
        count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      } catch (ArithmeticException e) {
        throw new BadPickle("has an array of the impossible shape " + Arrays.toString(shape));
      }
      if (Arrays.stream(shape).anyMatch(n -> n < 0)
          || count > values.length
          || count * as.size != values.length) {
        throw new BadPickle(
            "has an array of shape " + Arrays.toString(shape) + " in " + values.length + " bytes");
      }
      bytes = columns && shape.length > 1 ? rows(values, shape) : values;
    }

    /** A matrix that lies column by column. */
    private byte[] rows(byte[] values, long[] shape) {
      if (shape.length != 2) {
        throw new BadPickle("has an array of " + shape.length + " dimensions by columns: not read");
      }
      int height = (int) shape[0];
      int width = (int) shape[1];
      byte[] turned = new byte[values.length];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int from = (x * height + y) * type.size;
          System.arraycopy(values, from, turned, (y * width + x) * type.size, type.size);
        }
      }
      return turned;
    }

    int size() {
      return bytes.length / type.size;
    }

    /** Bytes, if it is an array of these; else {@link BadPickle}. */
    byte[] pixels() {
      if (type.size != 1) {
        throw new BadPickle("has pixels of " + type.size + " bytes each");
      }
      return bytes;
    }

    long whole(int index) {
      long value = 0;
      for (int i = 0; i < type.size; i++) {
        int at = index * type.size + (type.bigEndian ? i : type.size - 1 - i);
        value = value << 8 | bytes[at] & 0xFF;
      }
      int unused = 64 - 8 * type.size;
      return type.signed ? value << unused >> unused : value;
    }
  }
}
