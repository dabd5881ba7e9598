package dev.filip.data;

import dev.hardwood.metadata.ColumnChunk;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The pages of a Parquet column chunk, walked by their headers (Thrift's compact protocol) before
 * the library reads them: it waits for ever for one that goes beyond its chunk. Used by one thread.
 */
final class ParquetPages {
  private static final int SMALL_HEADER = 1 << 10;
  private static final int LARGEST_HEADER = 1 << 26;
  private static final int DEEPEST = 16;

  /** Of {@code PageHeader}: the page's bytes, and its headers with the number of its values. */
  private static final int COMPRESSED_SIZE = 3;

  private static final int DATA_PAGE = 5;
  private static final int DATA_PAGE_V2 = 8;

  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private long size = -1;
  private long values;

  private ParquetPages() {}

  /**
   * Goes through a chunk's pages until all its values are met.
   *
   * @throws IOException with the reason, where a page is not within the chunk or the file
   */
  static void require(FileChannel file, ColumnChunk chunk) throws IOException {
    long at = chunk.chunkStartOffset();
    long length = chunk.metaData().totalCompressedSize();
    if (at < 0 || length < 0 || length > file.size() - at) {
      throw new IOException("a column goes beyond the file's end");
    }
    long end = at + length;
    long left = chunk.metaData().numValues();
    while (left > 0) {
      ParquetPages page = new ParquetPages();
      int header = page.read(file, at, end);
      if (page.size < 0 || page.values < 0 || page.size > end - at - header) {
        throw new IOException("a page goes beyond its column");
      }
      at += header + page.size;
      left -= page.values;
    }
  }

  /** Reads a page's header; gives its length. */
  private int read(FileChannel file, long at, long end) throws IOException {
    for (long most = SMALL_HEADER; at < end && most <= LARGEST_HEADER; most *= 8) {
      bytes = ByteBuffer.allocate((int) Math.min(most, end - at));
      while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) >= 0) {
        // the rest
      }
      bytes.flip();
      try {
        struct(0, 0);
        return bytes.position();
      } catch (BufferUnderflowException e) {
        if (bytes.limit() == end - at) {
          break;
        }
      }
    }
    throw new EOFException("a column ends before its last page");
  }

  /** Reads a struct; {@code field} is its own number in the page's header, 0 for the header. */
  private void struct(int field, int depth) throws IOException {
    int number = 0;
    for (int head = bytes.get() & 0xFF; head != 0; head = bytes.get() & 0xFF) {
      number = head >> 4 != 0 ? number + (head >> 4) : (int) zigzag();
      value(head & 15, depth == 0 ? number : 0, depth == 1 && number == 1 ? field : 0, depth);
    }
  }

  private void value(int type, int top, int counted, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("a page's header is damaged");
    }
    switch (type) {
      case 1, 2 -> {}
      case 3 -> skip(1);
      case 4, 5, 6 -> number(zigzag(), top, counted);
      case 7 -> skip(8);
      case 8 -> skip(varint());
      case 9, 10 -> list(depth);
      case 12 -> struct(top, depth + 1);
      default -> throw new IOException("a page's header is damaged");
    }
  }

  private void number(long number, int top, int counted) {
    if (top == COMPRESSED_SIZE) {
      size = number;
    } else if (counted == DATA_PAGE || counted == DATA_PAGE_V2) {
      values = number;
    }
  }

  private void list(int depth) throws IOException {
    int head = bytes.get() & 0xFF;
    long count = head >> 4 == 15 ? varint() : head >> 4;
    for (long i = 0; i < count; i++) {
      int type = head & 15;
      value(type <= 2 ? 3 : type, 0, 0, depth + 1);
    }
  }

  private void skip(long count) {
    if (count < 0 || count > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    bytes.position(bytes.position() + (int) count);
  }

  private long zigzag() {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        break;
      }
    }
    return value;
  }
}
