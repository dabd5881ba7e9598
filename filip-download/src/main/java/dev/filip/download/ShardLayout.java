package dev.filip.download;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.UrlRow;
import dev.filip.data.UrlTable;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names, keys and columns of shards as img2dataset has them: {@code 00000.tar}, {@code
 * 00000.parquet}, {@code 00000_stats.json}; a key is the shard's number and the row's within it.
 *
 * @param perShard rows of a shard
 * @param captions whether there is a column of captions
 * @param others columns of the table that are kept
 */
record ShardLayout(int perShard, boolean captions, List<UrlTable.Column> others) {
  /** Columns after the table's own. */
  static final List<String> OWN =
      List.of(
          "key",
          "status",
          "error_message",
          "width",
          "height",
          "original_width",
          "original_height",
          "exif",
          "sha256");

  private static final Set<String> NUMBERS =
      Set.of("width", "height", "original_width", "original_height");
  private static final ObjectWriter JSON =
      Json.mapper()
          .writer(
              new DefaultPrettyPrinter()
                  .withSeparators(
                      Separators.createDefaultInstance()
                          .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                  .withObjectIndenter(new DefaultIndenter("    ", "\n")));

  ShardLayout {
    others = List.copyOf(others);
    for (UrlTable.Column column : others) {
      boolean ours =
          OWN.contains(column.name()) || Set.of("url", "caption").contains(column.name());
      BadInput.require(
          !ours, "--columns", column.name(), "no name that the written table has of its own");
    }
  }

  /** {@code 00012}. */
  static String name(int shard) {
    return String.format(Locale.ROOT, "%05d", shard);
  }

  static String tar(int shard) {
    return name(shard) + ".tar";
  }

  static String parquet(int shard) {
    return name(shard) + ".parquet";
  }

  static String stats(int shard) {
    return name(shard) + "_stats.json";
  }

  /** {@code 000120007}: row 7 of shard 12, with 10,000 rows a shard. */
  String key(int shard, int index) {
    int digits = perShard == 1 ? 0 : Integer.toString(perShard - 1).length();
    long key = shard * Math.round(Math.pow(10, digits)) + index;
    return String.format(Locale.ROOT, "%0" + (digits + 5) + "d", key);
  }

  /** How many shards hold so many rows. */
  int shards(int rows) {
    return Math.ceilDiv(rows, perShard);
  }

  /** The columns of the Parquet file, in order. */
  List<ParquetFile.Column> columns() {
    List<ParquetFile.Column> columns = new ArrayList<>();
    columns.add(new ParquetFile.Column("url", ParquetFile.Type.TEXT));
    if (captions) {
      columns.add(new ParquetFile.Column("caption", ParquetFile.Type.TEXT));
    }
    others.forEach(column -> columns.add(new ParquetFile.Column(column.name(), type(column))));
    for (String name : OWN) {
      boolean number = NUMBERS.contains(name);
      columns.add(
          new ParquetFile.Column(name, number ? ParquetFile.Type.INT : ParquetFile.Type.TEXT));
    }
    return columns;
  }

  private static ParquetFile.Type type(UrlTable.Column column) {
    return switch (column.type()) {
      case TEXT -> ParquetFile.Type.TEXT;
      case INTEGER -> ParquetFile.Type.LONG;
      case NUMBER -> ParquetFile.Type.DOUBLE;
      case FLAG -> ParquetFile.Type.FLAG;
    };
  }

  /** A row's values, by column. */
  List<@Nullable Object> values(String key, UrlRow row, Outcome outcome) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(row.url());
    if (captions) {
      values.add(row.caption());
    }
    values.addAll(row.others());
    values.add(key);
    values.add(outcome.status().word());
    values.add(outcome.message());
    values.add(outcome.width());
    values.add(outcome.height());
    values.add(outcome.oldWidth());
    values.add(outcome.oldHeight());
    values.add(outcome.exif());
    values.add(outcome.sha256());
    return values;
  }

  /** {@code KEY.json}: the row of the table. */
  byte[] json(String key, UrlRow row, Outcome outcome) {
    ObjectNode json = Json.object();
    List<ParquetFile.Column> columns = columns();
    List<@Nullable Object> values = values(key, row, outcome);
    for (int i = 0; i < columns.size(); i++) {
      json.putPOJO(columns.get(i).name(), values.get(i));
    }
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
