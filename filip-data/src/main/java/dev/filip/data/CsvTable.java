package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text table with a header: fields parted by tab, comma, semicolon or bar (the one that the
 * header holds most of), quoted by {@code "} with {@code ""} for a quote and line ends allowed
 * inside.
 *
 * @param rows those with as many fields as the header; fields stripped
 * @param badRows how many had another number
 */
record CsvTable(char separator, List<String> header, List<List<String>> rows, int badRows) {
  private static final char[] SEPARATORS = {'\t', ',', ';', '|'};

  /**
   * Reads a file.
   *
   * @param key a column that must be there, which helps to find the separator; or null
   */
  static CsvTable read(Path file, @Nullable String key) {
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    BadInput.require(!text.isBlank(), "source", file, "a table with a header line");
    char separator = separator(text.lines().findFirst().orElse(""), key);
    List<List<String>> all = new Parser(text, separator).run();
    List<String> header = all.getFirst();
    List<List<String>> rows = new ArrayList<>(all.size());
    int bad = 0;
    for (List<String> row : all.subList(1, all.size())) {
      List<String> mended = row.size() == header.size() ? row : mend(row, header.size(), separator);
      if (mended == null) {
        bad++;
      } else {
        rows.add(mended);
      }
    }
    return new CsvTable(separator, header, rows, bad);
  }

  /** Flickr30K's table has a row whose second bar is missing: {@code x.jpg| 4 A dog runs}. */
  private static @Nullable List<String> mend(List<String> row, int columns, char separator) {
    if (separator != '|' || row.size() != columns - 1) {
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

  private static char separator(String line, @Nullable String key) {
    char best = '\t';
    int most = 0;
    for (char candidate : SEPARATORS) {
      List<String> fields = new Parser(line, candidate).run().getFirst();
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

  private static final class Parser {
    private final String text;
    private final char separator;
    private int at;

    Parser(String text, char separator) {
      this.text = text;
      this.separator = separator;
    }

    List<List<String>> run() {
      List<List<String>> rows = new ArrayList<>();
      while (at < text.length()) {
        List<String> row = row();
        if (row.size() > 1 || !row.getFirst().isEmpty()) {
          rows.add(row);
        }
      }
      return rows.isEmpty() ? List.of(List.of("")) : rows;
    }

    private List<String> row() {
      List<String> fields = new ArrayList<>();
      while (true) {
        fields.add(field().strip());
        if (at >= text.length()) {
          return fields;
        }
        char end = text.charAt(at++);
        if (end == '\r' && at < text.length() && text.charAt(at) == '\n') {
          at++;
        }
        if (end != separator) {
          return fields;
        }
      }
    }

    /** Stops at a separator, a line end or the end. */
    private String field() {
      StringBuilder out = new StringBuilder();
      boolean quoted = at < text.length() && text.charAt(at) == '"' && closes();
      if (quoted) {
        at++;
        quoted(out);
      }
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == separator || c == '\n' || c == '\r') {
          break;
        }
        out.append(c);
        at++;
      }
      return out.toString();
    }

    /** Whether an opening quote has a closing one before a separator, a line end or the end. */
    private boolean closes() {
      for (int i = at + 1; i < text.length(); i++) {
        if (text.charAt(i) == '"') {
          if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
            i++;
          } else {
            return i + 1 == text.length()
                || text.charAt(i + 1) == separator
                || text.charAt(i + 1) == '\n'
                || text.charAt(i + 1) == '\r';
          }
        }
      }
      return false;
    }

    private void quoted(StringBuilder out) {
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c != '"') {
          out.append(c);
        } else if (at < text.length() && text.charAt(at) == '"') {
          out.append('"');
          at++;
        } else {
          return;
        }
      }
    }
  }
}
