package dev.filip.data;

import dev.filip.io.BadInput;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Two text columns of a Parquet file (uncompressed, Snappy or gzip pages). */
final class ParquetColumns {
  /** Held, because loggers are not: the library tells of its vectors at level INFO otherwise. */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  private ParquetColumns() {}

  /**
   * Reads image paths and captions.
   *
   * @param choose from all column names, the image's and the caption's
   * @param make from the chosen names and the rows
   */
  static TableSource open(
      Path file,
      UnaryOperator<List<String>> choose,
      BiFunction<List<String>, TableRows, TableSource> make) {
    LIBRARY.setLevel(Level.WARNING);
    try (ParquetFileReader parquet = ParquetFileReader.open(InputFile.of(file))) {
      List<ColumnSchema> schema = parquet.getFileSchema().getColumns();
      List<String> chosen = choose.apply(schema.stream().map(ColumnSchema::name).toList());
      String image = chosen.get(0);
      String caption = chosen.get(1);
      requireWhole(file, parquet, chosen);
      TableRows samples = new TableRows();
      ColumnProjection two = ColumnProjection.columns(image, caption);
      try (RowReader rows = parquet.buildRowReader().projection(two).build()) {
        while (rows.hasNext()) {
          rows.next();
          if (!rows.isNull(image)) {
            String text = rows.isNull(caption) ? "" : rows.getString(caption);
            samples.add(rows.getString(image), text);
          }
        }
      }
      return make.apply(chosen, samples);
    } catch (BadInput e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadInput("cannot read Parquet file " + file + ": " + e.getMessage(), e);
    }
  }

  private static void requireWhole(Path file, ParquetFileReader parquet, List<String> columns)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      for (RowGroup group : parquet.getFileMetaData().rowGroups()) {
        for (ColumnChunk chunk : group.columns()) {
          if (columns.contains(chunk.metaData().pathInSchema().topLevelName())) {
            ParquetPages.require(channel, chunk);
          }
        }
      }
    }
  }
}
