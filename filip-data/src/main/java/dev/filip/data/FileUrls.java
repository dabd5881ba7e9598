package dev.filip.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Reasons;
import dev.filip.io.Texts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tables in files of one kind. Not thread-safe. */
final class FileUrls extends UrlTable {
  /** Above every address; a longer line is none. */
  private static final int LONGEST_LINE = 1 << 20;

  private final List<Path> files;
  private final UrlColumns columns;
  private final List<Column> others;
  private final boolean captions;
  private String leftOut = "";

  FileUrls(List<Path> files, UrlColumns columns) {
    this.files = List.copyOf(files);
    this.columns = columns;
    Path first = files.getFirst();
    try {
      if (kind(first).equals("parquet")) {
        try (UrlParquet parquet = new UrlParquet(first, columns)) {
          this.others = parquet.others();
          this.captions = parquet.captions();
        }
      } else if (isList(first)) {
        BadInput.require(
            columns.equals(UrlColumns.DETECTED), "columns", "some", "left out for a list of URLs");
        this.others = List.of();
        this.captions = false;
      } else {
        this.others = texts(columns.others());
        this.captions = isJson(first) || header(first).caption() >= 0;
      }
    } catch (IOException e) {
      throw unreadable(first, e);
    }
  }

  private static BadInput unreadable(Path file, IOException e) {
    return new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
  }

  private UrlColumns.Found header(Path file) throws IOException {
    try (CsvTable table = new CsvTable(file, columns.url())) {
      return columns.in(table.header(), file);
    }
  }

  private static boolean isJson(Path file) {
    return kind(file).contains("json");
  }

  /** A {@code .txt} whose first line is a URL. */
  private static boolean isList(Path file) throws IOException {
    return kind(file).equals("txt")
        && CsvTable.firstLine(file).strip().toLowerCase(Locale.ROOT).matches("[a-z]+://\\S+.*");
  }

  @Override
  public List<String> parts() {
    return files.stream().map(Path::toString).toList();
  }

  @Override
  public List<Column> others() {
    return others;
  }

  @Override
  public boolean captions() {
    return captions;
  }

  @Override
  public String describe() {
    return counted(files) + (captions ? "" : " (no column of captions)");
  }

  @Override
  public String leftOut() {
    return leftOut;
  }

  @Override
  public void each(int part, Taker taker) throws IOException {
    Path file = files.get(part);
    leftOut = "";
    try {
      if (kind(file).equals("parquet")) {
        parquet(file, taker);
      } else if (isJson(file)) {
        json(file, taker);
      } else if (isList(file)) {
        list(file, taker);
      } else {
        csv(file, taker);
      }
    } catch (Texts.NotUtf8 e) {
      throw unreadable(file, e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void parquet(Path file, Taker taker) throws IOException {
    try (UrlParquet parquet = new UrlParquet(file, columns)) {
      BadInput.require(
          parquet.others().equals(others),
          "columns of " + file,
          parquet.others(),
          "those of " + files.getFirst() + ": " + others);
      parquet.each(taker);
    }
  }

  private void csv(Path file, Taker taker) throws IOException {
    try (CsvTable table = new CsvTable(file, columns.url())) {
      UrlColumns.Found found = columns.in(table.header(), file);
      table.forEach(row -> {
        List<@Nullable Object> rest = new ArrayList<>();
        found.others().forEach(i -> rest.add(row.get(i)));
        String caption = found.caption() < 0 ? null : oneLine(row.get(found.caption()));
        give(UrlRow.of(row.get(found.url()), caption, rest), taker);
      });
      leftOut = table.leftOut();
    }
  }

  private static void give(UrlRow row, Taker taker) {
    try {
      taker.take(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void list(Path file, Taker taker) throws IOException {
    try (BufferedReader lines = new BufferedReader(CsvTable.text(file), 1 << 16)) {
      StringBuilder line = new StringBuilder();
      for (int c = lines.read(); c >= 0; c = lines.read()) {
        if (c != '\n' && c != '\r') {
          line.append((char) c);
          BadInput.require(
              line.length() < LONGEST_LINE, file + ": a line", "a longer one", "a URL");
        } else {
          give(line, taker);
        }
      }
      give(line, taker);
    }
  }

  private static void give(StringBuilder line, Taker taker) throws IOException {
    if (!line.toString().isBlank()) {
      taker.take(UrlRow.of(line.toString(), null, List.of()));
    }
    line.setLength(0);
  }

  private void json(Path file, Taker taker) throws IOException {
    try (Reader text = CsvTable.text(file);
        MappingIterator<JsonNode> rows =
            Json.mapper().readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      UrlColumns.Found found = null;
      List<String> header = List.of();
      while (rows.hasNextValue()) {
        JsonNode row = rows.nextValue();
        BadInput.require(row.isObject(), file + ": a value", row, "an object");
        if (found == null) {
          header = row.properties().stream().map(java.util.Map.Entry::getKey).toList();
          found = columns.in(header, file);
        }
        List<@Nullable Object> rest = new ArrayList<>();
        columns.others().forEach(name -> rest.add(text(row.get(name))));
        String caption = found.caption() < 0 ? null : text(row.get(header.get(found.caption())));
        caption = caption == null ? null : oneLine(caption);
        taker.take(UrlRow.of(text(row.get(header.get(found.url()))), caption, rest));
      }
    } catch (JacksonException e) {
      String why = e instanceof JsonProcessingException json ? Json.why(json) : e.getMessage();
      throw new BadInput("cannot read " + file + ": " + why, e);
    }
  }

  /** A line is a caption: ends of lines within one become spaces. */
  static String oneLine(String caption) {
    return caption.replaceAll("\\R+", " ");
  }

  private static @Nullable String text(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    return value.isTextual() ? value.textValue() : value.toString();
  }
}
