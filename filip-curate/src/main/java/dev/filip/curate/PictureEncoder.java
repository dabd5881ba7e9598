package dev.filip.curate;

import java.io.Closeable;
import java.util.List;

/** A model that says what images are like. Used by one thread. */
public interface PictureEncoder extends Closeable {
  /** Numbers of a row. */
  int width();

  /**
   * The unit rows by which images are compared with each other: those of the patches of a late
   * model, the one of the whole picture of a global one.
   *
   * @param images encoded files
   * @return for each {@code [rows, width]} row-major; without a number where it cannot be decoded
   */
  List<float[]> encode(List<byte[]> images);
}
