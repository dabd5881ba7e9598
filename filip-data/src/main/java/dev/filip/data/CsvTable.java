package dev.filip.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.filip.io.BadInput;
import dev.filip.io.Texts;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A text table with a header, read row by row: fields parted by tab, comma, semicolon or bar (the
 * one that the header holds most of), quoted by {@code "} with {@code ""} for a quote and line ends
 * allowed inside. Fields are stripped; where commas or semicolons part them, white space may stand
 * beside the quotes, too. Not thread-safe.
 */
final class CsvTable implements Closeable {
  private static final char[] SEPARATORS = {'\t', ',', ';', '|'};
  private static final int LONGEST_HEADER = 1 << 20;

  private final Path file;
  private final char separator;
  private final CsvReader<CsvRecord> reader;
  private final Iterator<CsvRecord> records;
  private final List<String> header;
  private final Uneven missing = new Uneven();
  private final Uneven extra = new Uneven();

  /** Rows with another number of fields than the header. */
  private static final class Uneven {
    private long rows;
    private long first;

    void add(long line) {
      first = rows++ == 0 ? line : first;
    }
  }

  /**
   * Opens a file and reads its header.
   *
   * @param key a column that must be there, which helps to find the separator; or null
   */
  CsvTable(Path file, @Nullable String key) throws IOException {
    this.file = file;
    this.separator = separator(firstLine(file), key);
    this.reader = builder(separator).ofCsvRecord(quotes(text(file), separator));
    this.records = reader.iterator();
    try {
      CsvRecord first = next();
      if (first == null) {
        throw BadInput.of("source", file, "a table with a header line");
      }
      this.header = stripped(first);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /**
   * A field that only begins with a quoted word ({@code "Yes" she said}) is read without quotes.
   */
  @SuppressWarnings("removal") // the pinned version has nothing else that reads such fields
  private static CsvReader.CsvReaderBuilder builder(char separator) {
    return CsvReader.builder()
        .fieldSeparator(separator)
        .allowExtraCharsAfterClosingQuote(true)
        .allowUnclosedQuote(false)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE);
  }

  /** Between tabs and bars (Flickr30K's) a quote after a space is a quote of the caption. */
  private static Reader quotes(Reader text, char separator) {
    return separator == ',' || separator == ';' ? new SpacedQuotes(text, separator) : text;
  }

  /** Of a file, packed ({@code .gz}) or not. */
  static Reader text(Path file) throws IOException {
    if (!SourceFiles.extension(file).equals("gz")) {
      return Texts.open(file);
    }
    InputStream packed = Files.newInputStream(file);
    try {
      return Texts.reader(new GZIPInputStream(packed, 1 << 16));
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  /** The first line that is not blank, cut where it is endless. */
  static String firstLine(Path file) throws IOException {
    try (var text = new BufferedReader(text(file))) {
      StringBuilder line = new StringBuilder();
      for (int c = text.read(); c >= 0 && line.length() < LONGEST_HEADER; c = text.read()) {
        if (c != '\n' && c != '\r') {
          line.append((char) c);
        } else if (line.toString().isBlank()) {
          line.setLength(0);
        } else {
          break;
        }
      }
      BadInput.require(!line.toString().isBlank(), "source", file, "a table with a header line");
      return line.toString();
    }
  }

  private static char separator(String line, @Nullable String key) {
    char best = '\t';
    int most = 0;
    for (char candidate : SEPARATORS) {
      List<String> fields = fields(line, candidate);
      if (key != null && fields.size() > 1 && fields.contains(key)) {
        return candidate;
      }
      if (fields.size() > most) {
        most = fields.size();
        best = candidate;
      }
    }
    return best;
  }

  private static List<String> fields(String line, char separator) {
    Reader text = quotes(new StringReader(line), separator);
    try (var one = builder(separator).allowUnclosedQuote(true).ofCsvRecord(text)) {
      return one.iterator().hasNext() ? stripped(one.iterator().next()) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text in memory
    }
  }

  private static List<String> stripped(CsvRecord row) {
    return row.getFields().stream().map(String::strip).toList();
  }

  char separator() {
    return separator;
  }

  List<String> header() {
    return header;
  }

  /** What was left out up to here, each part after a comma; empty for nothing. */
  String leftOut() {
    return remark(missing, "missing fields", "")
        + remark(extra, "too many fields", ": is a field with '" + separator + "' not quoted?");
  }

  private static String remark(Uneven uneven, String what, String hint) {
    return uneven.rows == 0
        ? ""
        : String.format(
            Locale.ROOT,
            ", %,d rows with %s left out (the first in line %d%s)",
            uneven.rows,
            what,
            uneven.first,
            hint);
  }

  /** Reads all rows that have as many fields as the header. */
  void forEach(Consumer<List<String>> taker) {
    for (CsvRecord record = next(); record != null; record = next()) {
      List<String> row = stripped(record);
      List<String> whole = row.size() == header.size() ? row : mend(row);
      if (whole != null) {
        taker.accept(whole);
      } else {
        (row.size() < header.size() ? missing : extra).add(record.getStartingLineNumber());
      }
    }
  }

  /** The next row that holds more than white space, or null. */
  private @Nullable CsvRecord next() {
    try {
      while (records.hasNext()) {
        CsvRecord row = records.next();
        if (row.getFieldCount() > 1 || !row.getField(0).isBlank()) {
          return row;
        }
      }
      return null;
    } catch (CsvParseException | UncheckedIOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String line = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      throw new BadInput("cannot read table " + file + ": " + line.strip(), e);
    }
  }

  /** Flickr30K's table has a row whose second bar is missing: {@code x.jpg| 4 A dog runs}. */
  private @Nullable List<String> mend(List<String> row) {
    if (separator != '|' || row.size() != header.size() - 1) {
      return null;
    }
    String last = row.getLast();
    int digits = 0;
    while (digits < last.length() && Character.isDigit(last.charAt(digits))) {
      digits++;
    }
    if (digits == 0 || digits == last.length() || last.charAt(digits) != ' ') {
      return null;
    }
    List<String> mended = new ArrayList<>(row.subList(0, row.size() - 1));
    mended.add(last.substring(0, digits));
    mended.add(last.substring(digits).strip());
    return mended;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
