package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Texts;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** URL, caption and other columns of a Parquet file, row by row. Not thread-safe. */
final class UrlParquet implements Closeable {
  private final Path file;
  private final ParquetFileReader parquet;
  private final String url;
  private final @Nullable String caption;
  private final List<UrlTable.Column> others;

  /** Opens a file; {@link BadInput} in one line where it is broken or lacks a column. */
  UrlParquet(Path file, UrlColumns columns) {
    this.file = file;
    ParquetFileReader opened = null;
    try {
      opened = ParquetColumns.reader(file);
      this.parquet = opened;
      List<String> header =
          opened.getFileSchema().getRootNode().children().stream().map(SchemaNode::name).toList();
      UrlColumns.Found found = columns.in(header, file);
      this.url = header.get(found.url());
      this.caption = found.caption() < 0 ? null : header.get(found.caption());
      require(url, "--url-column", "texts", ParquetColumns.Form.TEXT, ParquetColumns.Form.BYTES);
      if (caption != null) {
        require(
            caption,
            "--caption-column",
            "texts or lists of texts",
            ParquetColumns.Form.TEXT,
            ParquetColumns.Form.BYTES,
            ParquetColumns.Form.TEXTS);
      }
      this.others = columns.others().stream().map(this::column).toList();
      ParquetColumns.requireReadable(file, opened, new HashSet<>(found.names(header)));
    } catch (IOException | RuntimeException e) {
      close(opened);
      throw ParquetColumns.unreadable(file, e);
    }
  }

  private void require(String column, String option, String rule, ParquetColumns.Form... forms) {
    ParquetColumns.Form form = ParquetColumns.Form.of(node(column));
    if (!List.of(forms).contains(form)) {
      throw new BadInput(option + ": column " + column + " of " + file + " must hold " + rule);
    }
  }

  private SchemaNode node(String column) {
    return parquet.getFileSchema().getField(column);
  }

  private UrlTable.Column column(String name) {
    UrlTable.Type type = node(name) instanceof SchemaNode.PrimitiveNode value ? type(value) : null;
    if (type == null) {
      throw new BadInput(
          "--columns: " + name + " of " + file + " must hold texts, numbers or truth values");
    }
    return new UrlTable.Column(name, type);
  }

  private static UrlTable.@Nullable Type type(SchemaNode.PrimitiveNode value) {
    boolean plain = value.logicalType() == null;
    return switch (value.type()) {
      case PhysicalType.BOOLEAN -> UrlTable.Type.FLAG;
      case PhysicalType.FLOAT, PhysicalType.DOUBLE -> UrlTable.Type.NUMBER;
      case PhysicalType.INT32, PhysicalType.INT64 ->
          plain || value.logicalType() instanceof LogicalType.IntType
              ? UrlTable.Type.INTEGER
              : null;
      case PhysicalType.BYTE_ARRAY -> {
        ParquetColumns.Form form = ParquetColumns.Form.of(value);
        yield form == ParquetColumns.Form.OTHER ? null : UrlTable.Type.TEXT;
      }
      default -> null;
    };
  }

  List<UrlTable.Column> others() {
    return others;
  }

  boolean captions() {
    return caption != null;
  }

  /** Gives all rows. */
  void each(UrlTable.Taker taker) throws IOException {
    List<String> names = new ArrayList<>(List.of(url));
    if (caption != null) {
      names.add(caption);
    }
    others.forEach(column -> names.add(column.name()));
    String[] read = names.stream().distinct().toArray(String[]::new);
    try (RowReader rows =
        parquet.buildRowReader().projection(ColumnProjection.columns(read)).build()) {
      while (has(rows)) {
        taker.take(row(rows));
      }
    }
  }

  private boolean has(RowReader rows) {
    try {
      boolean more = rows.hasNext();
      if (more) {
        rows.next();
      }
      return more;
    } catch (RuntimeException e) {
      throw ParquetColumns.unreadable(file, e);
    }
  }

  private UrlRow row(RowReader rows) throws IOException {
    try {
      List<@Nullable Object> rest = new ArrayList<>(others.size());
      for (UrlTable.Column column : others) {
        rest.add(rows.isNull(column.name()) ? null : value(rows, column));
      }
      return UrlRow.of(text(rows, url), caption == null ? null : captions(rows, caption), rest);
    } catch (RuntimeException e) {
      throw ParquetColumns.unreadable(file, e);
    }
  }

  private @Nullable Object value(RowReader rows, UrlTable.Column column) throws IOException {
    String name = column.name();
    return switch (column.type()) {
      case TEXT -> text(rows, name);
      case INTEGER -> ((Number) rows.getRawValue(name)).longValue();
      case NUMBER -> ((Number) rows.getRawValue(name)).doubleValue();
      case FLAG -> rows.getBoolean(name);
    };
  }

  private @Nullable String captions(RowReader rows, String column) throws IOException {
    if (ParquetColumns.Form.of(node(column)) != ParquetColumns.Form.TEXTS) {
      String one = text(rows, column);
      return one == null ? null : FileUrls.oneLine(one);
    }
    List<String> all = new ArrayList<>();
    PqList list = rows.isNull(column) ? null : rows.getList(column);
    for (int i = 0; list != null && i < list.size(); i++) {
      Object value = list.isNull(i) ? null : list.get(i);
      if (value != null) {
        all.add(
            FileUrls.oneLine(value instanceof byte[] bytes ? Texts.of(bytes) : value.toString()));
      }
    }
    return String.join("\n", all);
  }

  private @Nullable String text(RowReader rows, String column) throws IOException {
    if (rows.isNull(column)) {
      return null;
    }
    return ParquetColumns.Form.of(node(column)) == ParquetColumns.Form.TEXT
        ? rows.getString(column)
        : Texts.of(rows.getBinary(column));
  }

  private static void close(@Nullable ParquetFileReader reader) {
    try {
      if (reader != null) {
        reader.close();
      }
    } catch (Exception e) {
      return; // it was only read: nothing is lost
    }
  }

  @Override
  public void close() {
    close(parquet);
  }
}
