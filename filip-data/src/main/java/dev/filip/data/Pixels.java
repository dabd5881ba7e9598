package dev.filip.data;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The images of a batch, normalised as they are asked for: a large batch waits as bytes and becomes
 * floats a few images at a time, any part as often as wanted. A device is given the bytes and makes
 * floats of them itself. Thread-safe.
 */
public interface Pixels {
  /** Images. */
  int size();

  /** Floats of an image, 3 x height x width. */
  int each();

  /** Whether image i is the very one before it: what is made of that one holds for both. */
  default boolean repeats(int i) {
    return false;
  }

  /**
   * Writes images {@code from} to {@code from + count}, {@code [count,3,h,w]} from the front on.
   */
  void write(int from, int count, MemorySegment to);

  /** What the images are made of, where that is bytes. */
  default Optional<Bytes> bytes() {
    return Optional.empty();
  }

  /** Images of three bytes a pixel, red, green, blue. */
  interface Bytes {
    /** What byte v of channel c becomes, at {@code 256 c + v}. */
    float[] table();

    /** Writes images {@code from} to {@code from + count}, {@code [count,h,w,3]}. */
    void write(int from, int count, MemorySegment to);
  }

  /** All of them at once. */
  default float[] toFloats() {
    float[] all = new float[Math.multiplyExact(size(), each())];
    write(0, size(), MemorySegment.ofArray(all));
    return all;
  }
}
