package dev.filip.data;

import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.Validity;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rows of a Parquet column of bytes that were read together. Those of {@link #of} are valid until
 * the next ones are read, those of {@link #copy} for good; none are changed here.
 */
final class ParquetBatch {
  private final String column;
  private final int rows;
  private final Validity nulls;
  private final byte[] bytes;

  /** Row i lies from {@code offsets[i]} to that of i + 1. */
  private final int[] offsets;

  private ParquetBatch(String column, int rows, Validity nulls, byte[] bytes, int[] offsets) {
    this.column = column;
    this.rows = rows;
    this.nulls = nulls;
    this.bytes = bytes;
    this.offsets = offsets;
  }

  /** What was read last, in the library's own arrays. */
  static ParquetBatch of(ColumnReaders columns, String column) {
    ColumnReader reader = columns.getColumnReader(column);
    return new ParquetBatch(
        column,
        columns.getRecordCount(),
        reader.getLeafValidity(),
        reader.getBinaryValues(),
        reader.getBinaryOffsets());
  }

  /** What was read last, in arrays of its own. */
  static ParquetBatch copy(ColumnReaders columns, String column) {
    ParquetBatch own = of(columns, column);
    Validity nulls =
        own.nulls.hasNulls() ? Validity.of(own.nulls.words().clone()) : Validity.NO_NULLS;
    int[] offsets = Arrays.copyOf(own.offsets, own.rows + 1);
    byte[] bytes = Arrays.copyOf(own.bytes, offsets[own.rows]);
    return new ParquetBatch(column, own.rows, nulls, bytes, offsets);
  }

  String column() {
    return column;
  }

  int size() {
    return rows;
  }

  boolean isNull(int row) {
    return nulls.isNull(row);
  }

  byte[] bytes() {
    return bytes;
  }

  int from(int row) {
    return offsets[row];
  }

  int length(int row) {
    return offsets[row + 1] - offsets[row];
  }

  boolean isAscii(int row) {
    return PackedTexts.isAscii(bytes, from(row), length(row));
  }

  /** Bytes that are known to be ASCII. */
  String ascii(int from, int length) {
    return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
  }

  byte[] value(int row) {
    return Arrays.copyOfRange(bytes, offsets[row], offsets[row + 1]);
  }
}
