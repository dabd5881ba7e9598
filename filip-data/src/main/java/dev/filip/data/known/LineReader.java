package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines of UTF-8 with the place where each begins. Used by one thread. */
final class LineReader implements Closeable {
  private static final int LONGEST = 1 << 24;

  private final InputStream in;
  private final String name;
  private final byte[] buffer = new byte[1 << 16];
  private int from;
  private int to;
  private long offset;
  private byte[] line = new byte[1 << 10];

  /**
   * Takes over a stream.
   *
   * @param name for messages
   * @param offset where the stream stands
   */
  LineReader(InputStream in, String name, long offset) {
    this.in = in;
    this.name = name;
    this.offset = offset;
  }

  /** Where the next line begins. */
  long offset() {
    return offset;
  }

  /** The next line without its end, or null after the last. */
  @Nullable String next() throws IOException {
    int length = 0;
    boolean any = false;
    while (true) {
      if (from == to && !fill()) {
        return any ? text(length) : null;
      }
      any = true;
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      append(length, end - from);
      length += end - from;
      offset += end - from;
      boolean ended = end < to;
      from = ended ? end + 1 : end;
      if (ended) {
        offset++;
        return text(length);
      }
    }
  }

  private boolean fill() throws IOException {
    from = 0;
    to = Math.max(0, in.read(buffer));
    return to > 0;
  }

  private void append(int length, int more) {
    if (length + more > LONGEST) {
      throw new BadInput(name + ": has a line longer than " + LONGEST + " bytes: no such table");
    }
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, length + more));
    }
    System.arraycopy(buffer, from, line, length, more);
  }

  private String text(int length) {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return new String(line, 0, end, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
