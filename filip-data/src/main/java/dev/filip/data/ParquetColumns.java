package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import dev.filip.io.Texts;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RepetitionType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Image and caption columns of a Parquet file. An image is a path, its encoded bytes, or Hugging
 * Face's {@code {bytes, path}}; a caption is a text or a list of texts. Pages may be packed in
 * every way but brotli and LZO.
 */
final class ParquetColumns {
  /** Held, because loggers are not: the library tells of its vectors at level INFO otherwise. */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  private static final Set<CompressionCodec> UNREAD =
      Set.of(CompressionCodec.BROTLI, CompressionCodec.LZO);

  /** A longer value of bytes is no path. */
  private static final int LONGEST_PATH = 4096;

  /** What the values of a column are. */
  enum Form {
    TEXT,
    /** Bytes that may be a text: old writers did not say. */
    BYTES,
    TEXTS,
    /** A struct with {@code bytes} and perhaps {@code path}. */
    IMAGE,
    OTHER;

    static Form of(SchemaNode node) {
      return switch (node) {
        case SchemaNode.PrimitiveNode value -> of(value);
        case SchemaNode.GroupNode group when group.isList() -> {
          SchemaNode element = group.getListElement();
          Form each = element == null ? OTHER : of(element);
          yield each == TEXT || each == BYTES ? TEXTS : OTHER;
        }
        case SchemaNode.GroupNode group -> {
          boolean bytes =
              group.children().stream().anyMatch(c -> c.name().equals("bytes") && isBytes(c));
          yield group.isStruct() && bytes ? IMAGE : OTHER;
        }
      };
    }

    private static Form of(SchemaNode.PrimitiveNode value) {
      if (!isBytes(value)) {
        return OTHER;
      }
      return switch (value.logicalType()) {
        case null -> BYTES;
        case LogicalType.StringType _, LogicalType.EnumType _, LogicalType.JsonType _ -> TEXT;
        default -> OTHER;
      };
    }

    private static boolean isBytes(SchemaNode node) {
      return node instanceof SchemaNode.PrimitiveNode value
          && value.type() == PhysicalType.BYTE_ARRAY
          && value.repetitionType() != RepetitionType.REPEATED;
    }
  }

  private final Path file;
  private final ParquetFileReader parquet;
  private final String image;
  private final String caption;
  private final Form captions;

  /** What the samples' metadata are of; null where they are to have none. */
  private final @Nullable ParquetOthers others;

  private ParquetColumns(Path file, ParquetFileReader parquet, SourceOptions options)
      throws IOException {
    this.file = file;
    this.parquet = parquet;
    List<String> header =
        parquet.getFileSchema().getRootNode().children().stream().map(SchemaNode::name).toList();
    this.image = header.get(TableSource.imageColumn(file, header, options));
    this.caption = header.get(TableSource.captionColumn(file, header, options));
    this.captions = form(caption);
    if (captions == Form.IMAGE || captions == Form.OTHER) {
      throw wrong("--caption-key", caption, "texts or lists of texts");
    }
    this.others = options.otherColumns() ? new ParquetOthers(otherColumns(header)) : null;
    Set<String> read = new HashSet<>(List.of(image, caption));
    read.addAll(others == null ? List.of() : others.columns());
    requireReadable(file, parquet, read);
  }

  /** Opens a file. */
  static ParquetFileReader reader(Path file) throws IOException {
    LIBRARY.setLevel(Level.WARNING);
    return ParquetFileReader.open(InputFile.of(file));
  }

  /** All but those of images: pictures are no metadata. */
  private List<String> otherColumns(List<String> header) {
    return header.stream()
        .filter(name -> !name.equals(image) && !name.equals(caption))
        .filter(name -> form(name) != Form.IMAGE)
        .filter(name -> !isUnreachable(name))
        .toList();
  }

  /** The library takes a dot for a step into a struct. */
  private static boolean isUnreachable(String column) {
    return column.indexOf('.') >= 0;
  }

  private String leftOut() {
    List<String> names =
        parquet.getFileSchema().getRootNode().children().stream()
            .map(SchemaNode::name)
            .filter(ParquetColumns::isUnreachable)
            .toList();
    return others == null || names.isEmpty()
        ? ""
        : "; left out for the dot in their names: " + String.join(", ", names);
  }

  /** The table in a file. */
  static TableSource open(Path file, SourceOptions options) {
    ParquetFileReader parquet = null;
    ParquetImages images = null;
    try {
      parquet = reader(file);
      ParquetColumns columns = new ParquetColumns(file, parquet, options);
      images = columns.images();
      TableSource table = columns.table(images);
      if (images == null) {
        close(parquet);
      }
      return table;
    } catch (Overflow.Full e) {
      close(images == null ? parquet : images);
      throw e;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      close(images == null ? parquet : images);
      throw unreadable(file, e);
    }
  }

  /** The rows of a file, one after the other; null where they do not name an image and a text. */
  static @Nullable CaptionTable captions(Path file, SourceOptions options) {
    ParquetFileReader parquet = null;
    CaptionTable table = null;
    try {
      parquet = reader(file);
      ParquetColumns columns = new ParquetColumns(file, parquet, options);
      if (columns.isPaths() && columns.isPairs()) {
        table = new CaptionTable(file, columns, parquet, columns.both());
      }
      return table;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      throw unreadable(file, e);
    } finally {
      if (table == null) {
        close(parquet);
      }
    }
  }

  String image() {
    return image;
  }

  String caption() {
    return caption;
  }

  /** One line; the library has many kinds of exception for a file that is broken. */
  static BadInput unreadable(Path file, Throwable e) {
    if (e instanceof BadInput bad) {
      return bad;
    }
    Throwable cause = e;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String why = cause instanceof IOException io ? Reasons.of(io) : cause.getMessage();
    String line = why == null ? "it is broken" : why.lines().findFirst().orElse("it is broken");
    return new BadInput("cannot read Parquet file " + file + ": " + line, e);
  }

  private static void close(@Nullable AutoCloseable read) {
    try {
      if (read != null) {
        read.close();
      }
    } catch (Exception e) {
      // it was only read: nothing is lost
    }
  }

  private Form form(String column) {
    return Form.of(parquet.getFileSchema().getField(column));
  }

  private BadInput wrong(String option, String column, String rule) {
    SchemaNode node = parquet.getFileSchema().getField(column);
    String got =
        node instanceof SchemaNode.PrimitiveNode value
            ? "values of type " + value.type().name().toLowerCase(Locale.ROOT)
            : "nested values of another kind";
    return new BadInput(
        option + ": column " + column + " of " + file + " must hold " + rule + ", got " + got);
  }

  /** Looks at the pages of some columns; {@link BadInput} where one is packed in an unread way. */
  static void requireReadable(Path file, ParquetFileReader parquet, Set<String> columns)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      for (RowGroup group : parquet.getFileMetaData().rowGroups()) {
        for (ColumnChunk chunk : group.columns()) {
          String column = chunk.metaData().pathInSchema().topLevelName();
          if (columns.contains(column)) {
            requirePacking(file, column, chunk.metaData().codec());
            ParquetPages.require(channel, chunk);
          }
        }
      }
    }
  }

  private static void requirePacking(Path file, String column, CompressionCodec codec) {
    if (UNREAD.contains(codec)) {
      throw new BadInput(
          "column "
              + column
              + " of "
              + file
              + " is packed with "
              + codec.name().toLowerCase(Locale.ROOT)
              + ", which is not read: write it with zstd, lz4, snappy or gzip");
    }
  }

  /** Those in the file, or null where it names files. */
  private @Nullable ParquetImages images() throws IOException {
    return isPaths() ? null : new ParquetImages(file, parquet, image, form(image) == Form.IMAGE);
  }

  private boolean isPaths() {
    Form form = form(image);
    if (form == Form.OTHER || form == Form.TEXTS) {
      throw wrong("--image-key", image, "paths, encoded images or {bytes, path}");
    }
    return form == Form.TEXT || form == Form.BYTES && namesFiles();
  }

  /** Whether a row is an image and one text, and nothing else is asked. */
  private boolean isPairs() {
    return others == null && captions != Form.TEXTS && !image.equals(caption);
  }

  private ColumnProjection both() {
    return ColumnProjection.columns(image, caption);
  }

  /** By the first value: no image is a short text. */
  private boolean namesFiles() {
    try (RowReader rows = rows(image)) {
      while (rows.hasNext()) {
        rows.next();
        if (!rows.isNull(image)) {
          byte[] value = rows.getBinary(image);
          return value.length < LONGEST_PATH && Texts.of(value).chars().allMatch(c -> c >= ' ');
        }
      }
      return true;
    } catch (Texts.NotUtf8 e) {
      return false;
    }
  }

  private RowReader rows(String... columns) {
    return parquet.buildRowReader().projection(ColumnProjection.columns(columns)).build();
  }

  private TableSource table(@Nullable ParquetImages images) throws IOException {
    TableRows samples = new TableRows(parquet.getFileMetaData().numRows());
    try {
      if (images == null && isPairs()) {
        pairs(samples);
      } else {
        rows(samples, images);
      }
      String how = "Parquet; columns " + image + ", " + caption;
      String said = how + (images == null ? "" : "; images in it") + leftOut();
      return new TableSource(file, said, samples, images, others == null ? null : others::metadata);
    } catch (IOException | RuntimeException | Error e) {
      close(samples);
      throw e;
    }
  }

  /** Reads paths and single captions, in batches of columns: rows would be objects. */
  private void pairs(TableRows samples) throws IOException {
    try (ColumnReaders columns = parquet.buildColumnReaders(both()).build()) {
      for (int row = 0; columns.nextBatch(); row += columns.getRecordCount()) {
        pairs(ParquetBatch.of(columns, image), ParquetBatch.of(columns, caption), row, samples);
      }
    }
  }

  private void pairs(ParquetBatch images, ParquetBatch texts, int first, TableRows samples) {
    for (int i = 0; i < images.size(); i++) {
      if (images.isNull(i)) {
        continue;
      }
      int sample =
          images.isAscii(i)
              ? samples.image(images.bytes(), images.from(i), images.length(i))
              : samples.image(text(images, i, first));
      int from = texts.from(i);
      if (!texts.isNull(i)
          && !samples.addPlain(sample, texts.bytes(), from, from + texts.length(i))) {
        samples.add(sample, text(texts, i, first));
      }
    }
  }

  /**
   * The text of a row.
   *
   * @param first number within the file of the batch's first row
   */
  String text(ParquetBatch batch, int row, long first) {
    byte[] value = batch.value(row);
    return form(batch.column()) == Form.TEXT
        ? new String(value, StandardCharsets.UTF_8)
        : text(value, batch.column(), first + row);
  }

  private void rows(TableRows samples, @Nullable ParquetImages images) throws IOException {
    List<String> wanted = new ArrayList<>(images == null ? List.of(image) : List.of());
    wanted.add(caption);
    wanted.addAll(others == null ? List.of() : others.columns());
    try (RowReader rows = rows(wanted.toArray(new String[0]))) {
      for (int row = 0; rows.hasNext(); row++) {
        rows.next();
        String name = images == null ? text(rows, image, row) : Integer.toString(row);
        if (name != null) {
          samples.add(name, "");
          for (String one : captions(rows, row)) {
            samples.add(name, one);
          }
          if (others != null && samples.size() > others.size()) {
            others.add(rows);
          }
        }
      }
    }
  }

  private List<String> captions(RowReader rows, int row) throws IOException {
    if (captions != Form.TEXTS) {
      String one = text(rows, caption, row);
      return one == null ? List.of() : List.of(one);
    }
    List<String> all = new ArrayList<>();
    PqList list = rows.isNull(caption) ? null : rows.getList(caption);
    for (int i = 0; list != null && i < list.size(); i++) {
      Object value = list.isNull(i) ? null : list.get(i);
      if (value != null) {
        all.add(value instanceof byte[] bytes ? text(bytes, caption, row) : value.toString());
      }
    }
    return all;
  }

  private @Nullable String text(RowReader rows, String column, int row) throws IOException {
    if (rows.isNull(column)) {
      return null;
    }
    return form(column) == Form.TEXT
        ? rows.getString(column)
        : text(rows.getBinary(column), column, row);
  }

  private String text(byte[] bytes, String column, long row) {
    try {
      return Texts.of(bytes);
    } catch (Texts.NotUtf8 e) {
      throw new BadInput(
          "column " + column + " of " + file + ", row " + row + ": " + e.getMessage(), e);
    }
  }
}
