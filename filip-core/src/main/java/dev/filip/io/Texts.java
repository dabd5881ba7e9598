package dev.filip.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Text files that users give: UTF-8, a byte order mark at the beginning taken off. Anything else
 * (Latin-1, UTF-16) is refused with the line it is in, never guessed. Stateless.
 */
public final class Texts {
  private static final char MARK = '\uFEFF';

  private Texts() {}

  /** Bytes that are no UTF-8. The message is the place and the reason, without a file's name. */
  public static final class NotUtf8 extends IOException {
    private static final long serialVersionUID = 1L;

    private NotUtf8(String what) {
      super(what + ": save it as UTF-8");
    }

    private static NotUtf8 at(long line, byte wrong) {
      return new NotUtf8(
          String.format(Locale.ROOT, "line %d is not UTF-8 (byte 0x%02X)", line, wrong & 0xFF));
    }

    private static NotUtf8 wide() {
      return new NotUtf8("it is UTF-16 or UTF-32, not UTF-8");
    }
  }

  /** The whole text. */
  public static String of(byte[] bytes) throws NotUtf8 {
    return of(bytes, 0, bytes.length);
  }

  /** The text in a part of {@code bytes}. */
  public static String of(byte[] bytes, int from, int length) throws NotUtf8 {
    if (isWide(bytes, from, length)) {
      throw NotUtf8.wide();
    }
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) { // in place of wrong bytes, or written so
      check(ByteBuffer.wrap(bytes, from, length));
    }
    return withoutMark(text);
  }

  /**
   * A whole file.
   *
   * @throws BadInput in one line with the file's name where it cannot be read or is not UTF-8
   */
  public static String read(Path file) {
    try {
      return of(Files.readAllBytes(file));
    } catch (NotUtf8 e) {
      throw new BadInput(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }

  /** A file of any size, to be read piece by piece; it throws {@link NotUtf8}. */
  public static Reader open(Path file) throws IOException {
    return reader(Files.newInputStream(file));
  }

  /** A text of any size out of a stream, which it closes; it throws {@link NotUtf8}. */
  public static Reader reader(InputStream in) {
    return new StrictReader(in);
  }

  /** The lines that hold more than white space, without that at their ends. */
  public static List<String> lines(String text) {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  private static String withoutMark(String text) {
    return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
  }

  /** By the byte order mark, or by the zeros of letters below U+0100. */
  private static boolean isWide(byte[] bytes, int from, int length) {
    if (length >= 2 && (bytes[from] & 0xFF) + (bytes[from + 1] & 0xFF) == 0xFE + 0xFF) {
      return (bytes[from] & 0xFF) >= 0xFE;
    }
    int looked = Math.min(length, 64);
    int zeros = 0;
    for (int i = from; i < from + looked; i++) {
      zeros += bytes[i] == 0 ? 1 : 0;
    }
    return zeros > 0 && zeros * 4 >= looked;
  }

  private static void check(ByteBuffer bytes) throws NotUtf8 {
    int from = bytes.position();
    CharBuffer unused = CharBuffer.allocate(bytes.remaining());
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, unused, true).isError()) {
      long line = 1;
      for (int i = from; i < bytes.position(); i++) {
        line += bytes.get(i) == '\n' ? 1 : 0;
      }
      throw NotUtf8.at(line, bytes.get(bytes.position()));
    }
  }

  /** Decodes as it goes. Used by one thread. */
  private static final class StrictReader extends Reader {
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 14).limit(0);
    private final CharBuffer chars = CharBuffer.allocate(1 << 14).limit(0);
    private long line = 1;
    private boolean begun;
    private boolean ended;

    StrictReader(InputStream in) {
      this.in = in;
    }

    @Override
    public int read(char[] into, int from, int count) throws IOException {
      while (!chars.hasRemaining()) {
        if (ended && !bytes.hasRemaining()) {
          return -1;
        }
        more();
      }
      int given = Math.min(count, chars.remaining());
      chars.get(into, from, given);
      return given;
    }

    private void more() throws IOException {
      bytes.compact();
      while (!ended && bytes.hasRemaining()) {
        int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
        ended = read < 0;
        bytes.position(bytes.position() + Math.max(0, read));
      }
      bytes.flip();
      if (!begun && isWide(bytes.array(), 0, bytes.limit())) {
        throw NotUtf8.wide();
      }
      chars.clear();
      int before = bytes.position();
      CoderResult result = decoder.decode(bytes, chars, ended);
      chars.flip();
      if (result.isError() && !chars.hasRemaining()) {
        throw NotUtf8.at(line, bytes.get(bytes.position()));
      }
      for (int i = before; i < bytes.position(); i++) {
        line += bytes.get(i) == '\n' ? 1 : 0;
      }
      if (!begun && chars.hasRemaining()) {
        begun = true;
        if (chars.get(chars.position()) == MARK) {
          chars.get();
        }
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
