package dev.filip.torchfile;

import dev.filip.folder.Dtype;
import dev.filip.pickle.BadPickle;
import java.util.Arrays;

/**
 * A tensor as the pickle tells of it: a view of a storage, checked to lie inside it; its numbers
 * are read by {@link TorchFile#tensor}. Immutable.
 */
public final class PickledTensor {
  private static final int MAX_DIMENSIONS = 16;

  private final Storage storage;
  private final long offset;
  private final long[] shape;
  private final long[] strides;
  private final long count;
  private final long span;

  PickledTensor(Storage storage, long offset, long[] shape, long[] strides) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    if (shape.length != strides.length || shape.length > MAX_DIMENSIONS) {
      throw bad(
          "has shape " + Arrays.toString(shape) + " with strides " + Arrays.toString(strides));
    }
    try {
      count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      span = span();
    } catch (ArithmeticException e) {
      throw bad("has the impossible shape " + Arrays.toString(shape));
    }
    if (Arrays.stream(shape).anyMatch(s -> s < 0) || Arrays.stream(strides).anyMatch(s -> s < 0)) {
      throw bad("has a negative size or stride");
    }
    if (offset < 0 || span > storage.count() - offset) {
      throw bad(
          "needs numbers "
              + offset
              + " to "
              + (offset + span)
              + " of a storage of "
              + storage.count());
    }
  }

  /** Numbers between the first and the last, both included; 0 when there is none. */
  private long span() {
    if (count == 0) {
      return 0;
    }
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
    }
    return Math.addExact(last, 1);
  }

  private BadPickle bad(String what) {
    return new BadPickle("a tensor of storage " + storage.key() + " " + what);
  }

  public Dtype dtype() {
    return storage.dtype();
  }

  public long[] shape() {
    return shape.clone();
  }

  /** Numbers in it. */
  public long count() {
    return count;
  }

  Storage storage() {
    return storage;
  }

  /** First number, counted in the storage. */
  long offset() {
    return offset;
  }

  long[] strides() {
    return strides;
  }

  /** Numbers of the storage it spans. */
  long spanned() {
    return span;
  }

  boolean contiguous() {
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != step) {
        return count == 0;
      }
      step *= shape[i];
    }
    return true;
  }

  @Override
  public String toString() {
    return dtype() + Arrays.toString(shape);
  }

  /**
   * The numbers behind one or more tensors.
   *
   * @param key its name in the file
   * @param count numbers in it
   */
  record Storage(String key, Dtype dtype, long count) {}
}
