package dev.filip.train;

import dev.filip.data.Pixels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Images given as floats, {@code [size,3,h,w]}. */
record FloatPixels(float[] values, int size) implements Pixels {
  @Override
  public int each() {
    return values.length / size;
  }

  @Override
  public void write(int from, int count, MemorySegment to) {
    MemorySegment.copy(
        values, from * each(), to, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count * each());
  }
}
