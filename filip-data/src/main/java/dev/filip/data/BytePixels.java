package dev.filip.data;

import dev.filip.image.Normalizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** Images as three bytes a pixel, one array each and all of one size. */
record BytePixels(List<byte[]> images, Normalizer normalizer) implements Pixels {
  BytePixels {
    images = List.copyOf(images);
    int bytes = images.getFirst().length;
    for (byte[] image : images) {
      if (image.length != bytes) {
        throw new IllegalArgumentException(
            "images of a batch must have one size, got " + bytes + " and " + image.length);
      }
    }
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int each() {
    return images.getFirst().length;
  }

  @Override
  public boolean repeats(int i) {
    return i > 0 && images.get(i) == images.get(i - 1);
  }

  @Override
  public void write(int from, int count, MemorySegment to) {
    float[] one = new float[each()];
    for (int i = 0; i < count; i++) {
      normalizer.write(images.get(from + i), one, 0);
      long at = (long) i * one.length * Float.BYTES;
      MemorySegment.copy(one, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, at, one.length);
    }
  }

  @Override
  public Optional<Bytes> bytes() {
    return Optional.of(new Raw());
  }

  private final class Raw implements Bytes {
    @Override
    public float[] table() {
      return normalizer.table();
    }

    @Override
    public void write(int from, int count, MemorySegment to) {
      int each = each();
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            images.get(from + i), 0, to, ValueLayout.JAVA_BYTE, (long) i * each, each);
      }
    }
  }
}
