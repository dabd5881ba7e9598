package dev.filip.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names, offsets and sizes of a tar's files, by a pass over its headers: contents are read only as
 * far as they lie in the same few kilobytes. Reads ustar, GNU long names and PAX paths and sizes.
 */
final class TarScan {
  /** Reads so much at once: the small members and headers between two images. */
  private static final int WINDOW = 8192;

  private static final int LONGEST_NAME = 1 << 20;

  /** Takes the files of a tar, in order. */
  interface Taker {
    /**
     * @param offset of the content, a multiple of 512
     * @param size of the content in bytes
     */
    void file(String name, long offset, long size) throws IOException;
  }

  private final String shard;
  private final FileChannel channel;
  private final Taker taker;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW);
  private final byte[] header = new byte[UstarHeader.BLOCK];
  private long windowAt;
  private long at;
  private @Nullable String longName;
  private long longSize = -1;

  private TarScan(String shard, FileChannel channel, Taker taker) {
    this.shard = shard;
    this.channel = channel;
    this.taker = taker;
    window.limit(0);
  }

  /**
   * Reads all headers.
   *
   * @param shard its name, for messages
   * @return whether the tar is whole; false where it ends too early
   * @throws IOException in one line that names the shard, also where it is no tar
   */
  static boolean scan(String shard, FileChannel channel, Taker taker) throws IOException {
    return new TarScan(shard, channel, taker).run(channel.size());
  }

  private boolean run(long end) throws IOException {
    int zeros = 0;
    while (at + UstarHeader.BLOCK <= end && zeros < 2) {
      read(at, header);
      at += UstarHeader.BLOCK;
      if (isZero()) {
        zeros++;
      } else {
        zeros = 0;
        if (!member(end)) {
          return false;
        }
      }
    }
    // An end mark is two empty blocks; a tar cut exactly between members lacks it.
    return zeros > 0;
  }

  private void read(long from, byte[] into) throws IOException {
    for (int done = 0; done < into.length; ) {
      long next = from + done;
      if (next < windowAt || next >= windowAt + window.limit()) {
        fill(next);
      }
      int offset = (int) (next - windowAt);
      int count = Math.min(into.length - done, window.limit() - offset);
      window.get(offset, into, done, count);
      done += count;
    }
  }

  private void fill(long from) throws IOException {
    window.clear();
    windowAt = from;
    int read = channel.read(window, from);
    if (read <= 0) {
      throw new IOException("shard " + shard + " ends at offset " + from);
    }
    window.limit(read);
  }

  /** False when the content goes beyond the end of the file. */
  private boolean member(long end) throws IOException {
    checkSum();
    char type = (char) header[156];
    long size = longSize >= 0 ? longSize : number(124, 12);
    if (size < 0) {
      throw bad();
    }
    if (size > end - at) {
      return false;
    }
    switch (type) {
      case 'L' -> longName = upToZero(content(size), 0, (int) size);
      case 'x' -> pax(new String(content(size), StandardCharsets.UTF_8));
      case '0', '\0', '7' -> file(size);
      default -> forget();
    }
    at += size + UstarHeader.padding(size);
    return true;
  }

  private byte[] content(long size) throws IOException {
    if (size > LONGEST_NAME) {
      throw bad();
    }
    byte[] bytes = new byte[(int) size];
    read(at, bytes);
    return bytes;
  }

  private void file(long size) throws IOException {
    taker.file(longName != null ? longName : plainName(), at, size);
    forget();
  }

  private void forget() {
    longName = null;
    longSize = -1;
  }

  private String plainName() {
    boolean ustar = upToZero(header, 257, 5).equals("ustar") && header[262] == 0;
    String prefix = ustar ? upToZero(header, 345, 155) : "";
    String name = upToZero(header, 0, 100);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private void pax(String records) throws IOException {
    int from = 0;
    while (from < records.length()) {
      int space = records.indexOf(' ', from);
      int equals = records.indexOf('=', space);
      int newline = records.indexOf('\n', equals);
      if (space < 0 || equals < 0 || newline < 0) {
        return;
      }
      String key = records.substring(space + 1, equals);
      String value = records.substring(equals + 1, newline);
      if (key.equals("path")) {
        longName = value;
      } else if (key.equals("size")) {
        longSize = paxSize(value);
      }
      from = newline + 1;
    }
  }

  private long paxSize(String value) throws IOException {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw bad();
    }
  }

  private void checkSum() throws IOException {
    int sum = 0;
    for (int i = 0; i < header.length; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
    }
    if (sum != number(148, 8)) {
      throw bad();
    }
  }

  private IOException bad() {
    return new IOException(
        "shard " + shard + " is not a tar: bad header at offset " + (at - UstarHeader.BLOCK));
  }

  private boolean isZero() {
    return header[0] == 0 && Arrays.equals(header, 0, 511, header, 1, 512);
  }

  /** Octal, or GNU's binary form for large sizes. */
  private long number(int from, int length) {
    long value = 0;
    boolean binary = (header[from] & 0x80) != 0;
    for (int i = from; i < from + length; i++) {
      int b = header[i] & 0xFF;
      if (binary) {
        value = value << 8 | (i == from ? b & 0x7F : b);
      } else if (b >= '0' && b <= '7') {
        value = value << 3 | b - '0';
      }
    }
    return value;
  }

  private static String upToZero(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }
}
