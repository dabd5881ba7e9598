package dev.filip.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** An indexed set of samples. {@link #read} may be called from several threads at once. */
public interface SampleSource extends Closeable {
  /**
   * What it is and how it was detected, one line: {@code 1,906 samples in 2 webdataset shards of
   * data/emoji/google}.
   */
  String describe();

  /** Number of samples. */
  int size();

  /** Reads sample {@code index}, 0 to size-1. The image is not decoded here. */
  Sample read(int index) throws IOException;

  /** Class names where the source is a classification set, else empty. */
  List<String> classNames();

  /** Prompt templates shipped with a classification set, else empty. */
  List<String> templates();

  /** SHA-256 (hex) over keys, sizes and texts: changes when the data does. */
  String fingerprint() throws IOException;
}
