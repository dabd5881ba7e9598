package dev.filip.study;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * What a study shows.
 *
 * @param columns of the table, the first names the row
 * @param cells a list a row, as long as {@code columns}
 * @param notes how to read it, one paragraph each
 */
record Findings(
    List<String> columns, List<List<String>> cells, List<String> notes, BufferedImage plot) {
  Findings {
    columns = List.copyOf(columns);
    cells = cells.stream().map(List::copyOf).toList();
    notes = List.copyOf(notes);
    for (List<String> row : cells) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(row + " does not fit columns " + columns);
      }
    }
  }

  /** A Markdown table. */
  String markdown() {
    StringBuilder table = new StringBuilder(line(columns));
    table.append("|---".repeat(columns.size())).append("|\n");
    cells.forEach(row -> table.append(line(row)));
    return table.toString();
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells).replace("\n", " ") + " |\n";
  }
}
