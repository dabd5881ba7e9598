package dev.filip.data;

import dev.filip.io.Digests;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqStruct;
import dev.hardwood.schema.ColumnProjection;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The images in a column of a Parquet file. A row group can only be unpacked from its beginning:
 * when the first of its images is asked for, all are written to a temporary file, which has no name
 * any more and goes with the process. In memory is one image, and 12 bytes a row. Thread-safe.
 */
final class ParquetImages implements Closeable {
  private static final int ABSENT = -1;

  private final Path file;
  private final ParquetFileReader parquet;
  private final String column;
  private final boolean struct;
  private final List<RowGroup> groups;

  /** The first row of each row group, and the end. */
  private final int[] firsts;

  private final boolean[] unpacked;
  private final long[] offsets;
  private final int[] lengths;

  /** Rows of which the temporary file holds the path of an image that lies beside the table. */
  private final BitSet beside = new BitSet();

  private final RandomAccessFile images;
  private long end;

  /**
   * Takes over {@code parquet}.
   *
   * @param struct whether the column holds {@code {bytes, path}}, not bytes
   */
  ParquetImages(Path file, ParquetFileReader parquet, String column, boolean struct)
      throws IOException {
    this.file = file;
    this.parquet = parquet;
    this.column = column;
    this.struct = struct;
    this.groups = parquet.getFileMetaData().rowGroups();
    this.firsts = new int[groups.size() + 1];
    for (int g = 0; g < groups.size(); g++) {
      firsts[g + 1] = Math.addExact(firsts[g], Math.toIntExact(groups.get(g).numRows()));
    }
    this.unpacked = new boolean[groups.size()];
    this.offsets = new long[firsts[groups.size()]];
    this.lengths = new int[offsets.length];
    Path place = Files.createTempFile("filip-images-", ".tmp");
    this.images = new RandomAccessFile(place.toFile(), "rw");
    try {
      Files.delete(place);
    } catch (IOException e) { // where an open file keeps its name
      place.toFile().deleteOnExit();
    }
  }

  /** The encoded image of a row. */
  synchronized byte[] image(int row) throws IOException {
    int at = Arrays.binarySearch(firsts, row);
    int group = at >= 0 ? at : -at - 2;
    while (firsts[group + 1] == row) {
      group++; // empty ones begin where the next does
    }
    if (!unpacked[group]) {
      unpack(group);
    }
    if (lengths[row] == ABSENT) {
      throw new UnreadableSample("row " + row, "no image", "");
    }
    byte[] bytes = new byte[lengths[row]];
    images.seek(offsets[row]);
    images.readFully(bytes);
    return beside.get(row)
        ? TableSource.beside(file, new String(bytes, StandardCharsets.UTF_8))
        : bytes;
  }

  private void unpack(int group) throws IOException {
    int from = firsts[group];
    int count = firsts[group + 1] - from;
    images.seek(end);
    try (RowReader rows =
        parquet
            .buildRowReader()
            .projection(ColumnProjection.columns(column))
            .skip(from)
            .head(count)
            .build()) {
      for (int row = from; row < from + count; row++) {
        if (!rows.hasNext()) {
          throw new IOException("row group " + group + " ends before row " + row);
        }
        rows.next();
        keep(row, rows);
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw new IOException(ParquetColumns.unreadable(file, e).getMessage(), e);
    }
    unpacked[group] = true;
  }

  private void keep(int row, RowReader rows) throws IOException {
    byte[] bytes = null;
    if (struct && !rows.isNull(column)) {
      PqStruct both = rows.getStruct(column);
      bytes = both.isNull("bytes") ? null : both.getBinary("bytes");
      if (bytes == null && has(both, "path") && !both.isNull("path")) {
        bytes = both.getString("path").getBytes(StandardCharsets.UTF_8);
        beside.set(row);
      }
    } else if (!struct && !rows.isNull(column)) {
      bytes = rows.getBinary(column);
    }
    lengths[row] = bytes == null ? ABSENT : bytes.length;
    offsets[row] = end;
    if (bytes != null) {
      images.write(bytes);
      end += bytes.length;
    }
  }

  private static boolean has(PqStruct struct, String field) {
    for (int i = 0; i < struct.getFieldCount(); i++) {
      if (struct.getFieldName(i).equals(field)) {
        return true;
      }
    }
    return false;
  }

  /** Adds the sizes of the column's parts, which are known without unpacking one. */
  void print(MessageDigest digest) {
    for (RowGroup group : groups) {
      group.columns().stream()
          .filter(chunk -> chunk.metaData().pathInSchema().topLevelName().equals(column))
          .forEach(chunk -> Digests.add(digest, "" + chunk.metaData().totalUncompressedSize()));
    }
  }

  @Override
  public synchronized void close() throws IOException {
    try (images) {
      parquet.close();
    }
  }
}
