package dev.filip.data;

import dev.filip.io.ScratchFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Room on the heap that some lists share, and the temporary file in which they go on when it is
 * full: what lies there is mapped. Used by the thread that fills the lists.
 */
final class Overflow implements Closeable {
  /** Bytes on the heap. */
  private static final long HELD = 96L << 20;

  /** The temporary file cannot be written: it is not the table that is wrong. */
  static final class Full extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    Full(IOException cause) {
      super(cause);
    }
  }

  private long left;
  private @Nullable ScratchFile file;

  Overflow() {
    this(HELD);
  }

  /**
   * @param held bytes on the heap
   */
  Overflow(long held) {
    this.left = held;
  }

  /** Takes so many bytes of the heap, if there are as many. */
  boolean takes(long bytes) {
    boolean is = bytes <= left;
    left -= is ? bytes : 0;
    return is;
  }

  /** Gives bytes of the heap back. */
  void free(long bytes) {
    left += bytes;
  }

  /**
   * A block of the file with these bytes.
   *
   * @throws Full where it cannot be written
   */
  ByteBuffer block(ByteBuffer bytes) {
    try {
      if (file == null) {
        file = ScratchFile.create("table");
      }
      return file.map(bytes);
    } catch (IOException e) {
      throw new Full(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
