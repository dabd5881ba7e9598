package dev.filip.data.known;

import dev.filip.io.Digests;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The samples of a split, in its order. Thread-safe. */
public interface Items {
  /** Number of samples; may have to be counted first. */
  int size();

  /** All but the image of sample {@code index}, 0 to size-1. */
  Item item(int index) throws IOException;

  /**
   * The encoded image of sample {@code index}.
   *
   * @throws java.nio.file.NoSuchFileException when it is not there
   */
  byte[] image(int index) throws IOException;

  /** Bytes of that image; -1 when it is not there. */
  long bytes(int index) throws IOException;

  /** Adds what a run compares when it goes on: what can be had without reading much. */
  default void shape(MessageDigest digest) throws IOException {
    for (int i = 0; i < size(); i++) {
      Digests.add(digest, item(i).key());
      Digests.add(digest, Long.toString(bytes(i)));
    }
  }

  /**
   * One sample without its image.
   *
   * @param key the path below the data set's root with {@code /}, or the data set's own id
   * @param label class index, or -1
   * @param captions as they are written, or empty
   * @param url where the image was, or null
   */
  record Item(String key, int label, List<String> captions, @Nullable String url) {}
}
