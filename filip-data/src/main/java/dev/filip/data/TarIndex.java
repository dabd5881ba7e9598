package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names, offsets and sizes of a tar's files, by a scan of its headers: contents are not read. Reads
 * ustar, GNU long names and PAX paths and sizes.
 *
 * @param truncation null, or one line that names the file and the offset where it ends too early
 */
record TarIndex(Path file, List<Member> members, @Nullable String truncation) {
  /** One file inside a tar. */
  record Member(String name, long offset, long size) {}

  static TarIndex scan(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Scan(file, channel).run();
    } catch (IOException e) {
      throw new BadInput("cannot read shard " + file + ": " + Reasons.of(e), e);
    }
  }

  /** Reads one member. Opens the file anew: safe from any thread. */
  byte[] read(Member member) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return bytes(channel, member.offset(), Math.toIntExact(member.size()));
    }
  }

  private static byte[] bytes(FileChannel channel, long offset, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new IOException("ends at offset " + (offset + buffer.position()));
      }
    }
    return buffer.array();
  }

  private static final class Scan {
    private final Path file;
    private final FileChannel channel;
    private final List<Member> members = new ArrayList<>();
    private long at;
    private @Nullable String longName;
    private long longSize = -1;

    Scan(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    TarIndex run() throws IOException {
      long end = channel.size();
      int zeros = 0;
      while (at + UstarHeader.BLOCK <= end && zeros < 2) {
        byte[] header = bytes(channel, at, UstarHeader.BLOCK);
        at += UstarHeader.BLOCK;
        if (isZero(header)) {
          zeros++;
        } else {
          zeros = 0;
          if (!member(header, end)) {
            return new TarIndex(file, members, truncated(end));
          }
        }
      }
      // An end mark is two empty blocks; a tar cut exactly between members lacks it.
      return new TarIndex(file, members, zeros > 0 ? null : truncated(end));
    }

    private String truncated(long end) {
      return "shard " + file + " is truncated: it ends at offset " + end;
    }

    /** False when the content goes beyond the end of the file. */
    private boolean member(byte[] header, long end) throws IOException {
      checkSum(header);
      char type = (char) header[156];
      long size = longSize >= 0 ? longSize : number(header, 124, 12);
      if (at + size > end) {
        return false;
      }
      switch (type) {
        case 'L' -> longName = text(bytes(channel, at, Math.toIntExact(size)), 0, (int) size);
        case 'x' -> pax(new String(bytes(channel, at, (int) size), StandardCharsets.UTF_8));
        case '0', '\0', '7' -> file(header, size);
        default -> forget();
      }
      at += size + UstarHeader.padding(size);
      return true;
    }

    private void file(byte[] header, long size) {
      String name = longName != null ? longName : plainName(header);
      members.add(new Member(name, at, size));
      forget();
    }

    private void forget() {
      longName = null;
      longSize = -1;
    }

    private static String plainName(byte[] header) {
      boolean ustar = text(header, 257, 5).equals("ustar") && header[262] == 0;
      String prefix = ustar ? text(header, 345, 155) : "";
      String name = text(header, 0, 100);
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private void pax(String records) {
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
          longSize = Long.parseLong(value);
        }
        from = newline + 1;
      }
    }

    private void checkSum(byte[] header) {
      int sum = 0;
      for (int i = 0; i < header.length; i++) {
        sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
      }
      if (sum != number(header, 148, 8)) {
        throw new BadInput(
            "shard " + file + " is not a tar: bad header at offset " + (at - UstarHeader.BLOCK));
      }
    }

    private static boolean isZero(byte[] block) {
      for (byte b : block) {
        if (b != 0) {
          return false;
        }
      }
      return true;
    }

    /** Octal, or GNU's binary form for large sizes. */
    private static long number(byte[] header, int from, int length) {
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

    private static String text(byte[] bytes, int from, int length) {
      int end = from;
      while (end < from + length && bytes[end] != 0) {
        end++;
      }
      return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }
  }
}
