package dev.filip.data;

import dev.filip.io.BadInput;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnProjection;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The captions of a Parquet file row by row, for those who do not ask which rows name the same
 * image: of an image a row tells 128 bits ({@link TextPrint}). Held are some rows alone. Rows come
 * in the file's order; used by one thread.
 */
public final class CaptionTable implements Closeable {
  private static final int BATCH = 8192;

  private final Path file;
  private final ParquetColumns columns;
  private final ParquetFileReader parquet;
  private final ColumnReaders readers;
  private long read;
  private boolean named;

  /** Takes over {@code parquet}. */
  CaptionTable(
      Path file, ParquetColumns columns, ParquetFileReader parquet, ColumnProjection both) {
    this.file = file;
    this.columns = columns;
    this.parquet = parquet;
    this.readers = parquet.buildColumnReaders(both).batchSize(BATCH).build();
  }

  /** Rows in all. */
  public long size() {
    return parquet.getFileMetaData().numRows();
  }

  /**
   * Reads on.
   *
   * @return null at the end
   * @throws BadInput in one line where the file is broken, or no row names an image
   */
  public @Nullable Rows next() {
    try {
      if (!readers.nextBatch()) {
        BadInput.require(named, "source " + file, "no rows", "at least one");
        return null;
      }
      Rows rows = new Rows(columns, readers, read);
      named |= rows.named();
      read += rows.size();
      return rows;
    } catch (RuntimeException | OutOfMemoryError e) {
      throw ParquetColumns.unreadable(file, e);
    }
  }

  /** Takes a row that names an image. */
  public interface Taker {
    /**
     * Takes it.
     *
     * @param high of the path's {@link TextPrint}
     * @param low the rest of it
     * @param caption each run of white space in it one space, none at its ends; null for none
     */
    void take(long high, long low, @Nullable String caption);
  }

  /** Neighbouring rows. Immutable. */
  public static final class Rows {
    private final ParquetColumns columns;
    private final ParquetBatch images;
    private final ParquetBatch captions;
    private final long first;

    private Rows(ParquetColumns columns, ColumnReaders readers, long first) {
      this.columns = columns;
      this.images = ParquetBatch.copy(readers, columns.image());
      this.captions = ParquetBatch.copy(readers, columns.caption());
      this.first = first;
    }

    /** How many. */
    public int size() {
      return images.size();
    }

    private boolean named() {
      for (int i = 0; i < size(); i++) {
        if (!images.isNull(i)) {
          return true;
        }
      }
      return false;
    }

    /**
     * Goes through those that name an image.
     *
     * @throws BadInput in one line where a text is not UTF-8
     */
    public void each(Taker taker) {
      TextPrint print = new TextPrint();
      for (int i = 0; i < size(); i++) {
        if (!images.isNull(i)) {
          print(print, i);
          taker.take(print.high(), print.low(), caption(i));
        }
      }
    }

    private void print(TextPrint print, int i) {
      if (images.isAscii(i)) {
        print.of(images.bytes(), images.from(i), images.length(i));
      } else {
        print.of(columns.text(images, i, first));
      }
    }

    private @Nullable String caption(int i) {
      if (captions.isNull(i)) {
        return null;
      }
      int from = captions.from(i);
      int length = TableRows.plainLength(captions.bytes(), from, from + captions.length(i));
      String text =
          length >= 0
              ? captions.ascii(from, length)
              : TableRows.line(columns.text(captions, i, first));
      return text.isEmpty() ? null : text;
    }
  }

  @Override
  public void close() throws IOException {
    readers.close();
    parquet.close();
  }
}
