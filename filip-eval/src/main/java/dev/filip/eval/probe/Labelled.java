package dev.filip.eval.probe;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Npy;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Features {@code [n, d]} in fp32 or fp64, each row with its class from 0 on. Rows lie outside the
 * heap or in a mapped file, for as long as something refers to them. Immutable, thread-safe.
 */
public final class Labelled {
  private final String name;
  private final MemorySegment rows;
  private final ScalarType type;
  private final int d;
  private final int[] labels;

  private Labelled(String name, MemorySegment rows, ScalarType type, int d, int[] labels) {
    this.name = name;
    this.rows = rows;
    this.type = type;
    this.d = d;
    this.labels = labels;
  }

  /** fp32 rows in an array, copied. */
  public static Labelled of(String name, float[] rows, int d, int[] labels) {
    MemorySegment copy = room((long) rows.length * Float.BYTES);
    MemorySegment.copy(rows, 0, copy, ValueLayout.JAVA_FLOAT, 0, rows.length);
    return new Labelled(name, copy, ScalarType.Float, d, labels.clone()).checked();
  }

  /** Writes a row. */
  public interface RowWriter {
    void write(int row, float[] to);
  }

  /** fp32 rows that are written one by one, as many as labels. */
  public static Labelled of(String name, int d, int[] labels, RowWriter writer) {
    MemorySegment rows = room((long) labels.length * d * Float.BYTES);
    float[] row = new float[d];
    for (int i = 0; i < labels.length; i++) {
      writer.write(i, row);
      MemorySegment.copy(row, 0, rows, ValueLayout.JAVA_FLOAT, (long) i * d * Float.BYTES, d);
    }
    return new Labelled(name, rows, ScalarType.Float, d, labels.clone()).checked();
  }

  /** fp64 rows in an array, copied. */
  public static Labelled of(String name, double[] rows, int d, int[] labels) {
    MemorySegment copy = room((long) rows.length * Double.BYTES);
    MemorySegment.copy(rows, 0, copy, ValueLayout.JAVA_DOUBLE, 0, rows.length);
    return new Labelled(name, copy, ScalarType.Double, d, labels.clone()).checked();
  }

  /**
   * Features and classes from NumPy's files: {@code [n, d]} floats, of which those of 16 bits are
   * widened to fp32 and the others are mapped, and {@code [n]} whole numbers.
   *
   * @throws BadInput naming the file, the row and the rule
   */
  public static Labelled open(Path features, Path labels) throws IOException {
    Npy x = Npy.open(features);
    long[] shape = x.shape();
    BadInput.require(
        x.kind() == Npy.Kind.FLOAT && shape.length == 2,
        features.toString(),
        (x.kind() == Npy.Kind.FLOAT ? "floats" : "whole numbers") + " of shape " + say(shape),
        "floats of shape [rows, features]");
    BadInput.require(
        shape[0] > 0 && shape[0] < Integer.MAX_VALUE && shape[1] > 0 && shape[1] < 1 << 24,
        features.toString(),
        "shape " + say(shape),
        "at least one row of at least one feature");
    int[] classes = classes(labels, Npy.open(labels), features, shape[0]);
    ScalarType type = x.bytes() == Double.BYTES ? ScalarType.Double : ScalarType.Float;
    return new Labelled(features.toString(), memory(x), type, (int) shape[1], classes).checked();
  }

  private static String say(long[] shape) {
    return Arrays.toString(shape);
  }

  /** The file's memory where products can read it in place, else a copy. */
  private static MemorySegment memory(Npy x) {
    if (x.bytes() == Short.BYTES) {
      MemorySegment copy = room(x.count() * Float.BYTES);
      for (long i = 0; i < x.count(); i++) {
        copy.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) x.real(i));
      }
      return copy;
    }
    MemorySegment data = x.data();
    return data.address() % x.bytes() == 0 ? data : room(data.byteSize()).copyFrom(data);
  }

  private static int[] classes(Path file, Npy y, Path features, long n) {
    BadInput.require(
        y.kind() != Npy.Kind.FLOAT && y.shape().length == 1,
        file.toString(),
        (y.kind() == Npy.Kind.FLOAT ? "floats" : "whole numbers") + " of shape " + say(y.shape()),
        "whole numbers of shape [rows]");
    BadInput.require(
        y.count() == n,
        file.toString(),
        y.count() + " labels",
        "one label for each of the " + n + " rows of " + features);
    int[] classes = new int[(int) n];
    for (int i = 0; i < classes.length; i++) {
      long label = y.whole(i);
      if (label < 0 || label >= Integer.MAX_VALUE) {
        throw BadInput.of(file + ": label of row " + i, label, "a class from 0 on");
      }
      classes[i] = (int) label;
    }
    return classes;
  }

  private static MemorySegment room(long bytes) {
    return Arena.ofAuto().allocate(Math.max(1, bytes), 64).asSlice(0, bytes);
  }

  /** With shapes that agree and finite numbers. */
  private Labelled checked() {
    if (rows.byteSize() != Math.multiplyExact((long) labels.length * d, (long) bytes())) {
      throw new IllegalArgumentException(
          name + " must hold " + labels.length + " rows of width " + d);
    }
    // a sum of 0 x value is 0, or not a number where a value is not finite
    for (long i = 0; i < (long) labels.length * d; i += d) {
      double zero = 0;
      for (long j = i; j < i + d; j++) {
        zero += 0 * number(j);
      }
      if (zero != 0) {
        throw notFinite(i);
      }
    }
    return this;
  }

  private BadInput notFinite(long from) {
    long at = from;
    while (Double.isFinite(number(at))) {
      at++;
    }
    String where = name + ": row " + at / d + ", column " + at % d;
    return BadInput.of(where, number(at), "a finite number");
  }

  private double number(long i) {
    return type == ScalarType.Double
        ? rows.getAtIndex(ValueLayout.JAVA_DOUBLE, i)
        : rows.getAtIndex(ValueLayout.JAVA_FLOAT, i);
  }

  private int bytes() {
    return type == ScalarType.Double ? Double.BYTES : Float.BYTES;
  }

  /** What it is called in messages. */
  public String name() {
    return name;
  }

  /** Rows. */
  public int size() {
    return labels.length;
  }

  /** Features of a row. */
  public int d() {
    return d;
  }

  /** fp32 or fp64: what products are made in. */
  ScalarType type() {
    return type;
  }

  /** The class of each row; a copy. */
  public int[] labels() {
    return labels.clone();
  }

  /** The same rows, of other classes. */
  Labelled labelled(int[] classes) {
    return new Labelled(name, rows, type, d, classes.clone()).checked();
  }

  /** One more than the greatest label. */
  public int classes() {
    return Arrays.stream(labels).max().orElse(-1) + 1;
  }

  /**
   * That every class has a row and every label is one of them.
   *
   * @param classNames for the message; may be empty
   * @throws BadInput naming the first that is missing
   */
  void requireEvery(int classes, List<String> classNames) {
    requireLabelsBelow(classes);
    BitSet seen = new BitSet();
    Arrays.stream(labels).forEach(seen::set);
    int missing = seen.nextClearBit(0);
    if (missing < classes) {
      String called = missing < classNames.size() ? " (" + classNames.get(missing) + ")" : "";
      throw new BadInput(
          "every class must have a training sample, got none of class "
              + missing
              + called
              + " in "
              + name);
    }
  }

  /**
   * That every label is one of so many classes.
   *
   * @throws BadInput naming the first row with another
   */
  void requireLabelsBelow(int classes) {
    for (int i = 0; i < labels.length; i++) {
      BadInput.require(
          labels[i] < classes,
          name + ": label of row " + i,
          labels[i],
          "one of the " + classes + " classes of the training set, 0 to " + (classes - 1));
    }
  }

  /**
   * That rows are as wide as those of another.
   *
   * @throws BadInput naming both
   */
  void requireWidthOf(Labelled other) {
    BadInput.require(d == other.d, "width of " + name, d, other.d + " as that of " + other.name);
  }

  /** Rows {@code from} to {@code from + count} where they lie, {@code [count, d]}. Of the scope. */
  Tensor block(int from, int count) {
    long row = (long) d * bytes();
    return Tensors.view(rows.asSlice(from * row, count * row), type, count, d);
  }

  /** Classes of the same rows, int64 {@code [count, 1]}. Of the scope. */
  Tensor classes(int from, int count) {
    return Tensors.fromInts(Arrays.copyOfRange(labels, from, from + count), count, 1);
  }

  /** Some rows, copied, {@code [rows, d]}. Of the scope. */
  Tensor rows(int[] chosen) {
    return block(0, labels.length).index_select(0, Tensors.fromInts(chosen, chosen.length));
  }

  /** Classes of some rows, int64 {@code [rows, 1]}. Of the scope. */
  Tensor classes(int[] chosen) {
    int[] some = Arrays.stream(chosen).map(i -> labels[i]).toArray();
    return Tensors.fromInts(some, some.length, 1);
  }

  /** Takes rows {@code from} to {@code from + count}. */
  interface BlockTaker {
    void take(int from, int count);
  }

  /** Hands on all rows in blocks of so many. */
  void blocks(int rows, BlockTaker taker) {
    for (int from = 0; from < labels.length; from += rows) {
      taker.take(from, Math.min(rows, labels.length - from));
    }
  }

  /** Some rows in their order, copied. */
  Labelled select(int[] chosen) {
    long row = (long) d * bytes();
    MemorySegment copy = room(chosen.length * row);
    int[] classes = new int[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      MemorySegment.copy(rows, chosen[i] * row, copy, i * row, row);
      classes[i] = labels[chosen[i]];
    }
    return new Labelled(name, copy, type, d, classes);
  }

  /** SHA-256 in hex over all labels in their order. */
  String labelsPrint() {
    StringBuilder all = new StringBuilder();
    for (int label : labels) {
      all.append(label).append(' ');
    }
    return Digests.sha256(all.toString());
  }

  /** Rows of each class, in their order. */
  List<int[]> byClass(int classes) {
    List<List<Integer>> rowsOf = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      rowsOf.add(new ArrayList<>());
    }
    for (int i = 0; i < labels.length; i++) {
      rowsOf.get(labels[i]).add(i);
    }
    return rowsOf.stream().map(r -> r.stream().mapToInt(i -> i).toArray()).toList();
  }
}
