package dev.filip.viz;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Scores of several models side by side, each a share in [0, 1]. Immutable.
 *
 * @param models column names, in order
 */
public record ScoreTable(List<String> models, List<Row> rows) {
  public ScoreTable {
    models = List.copyOf(models);
    rows = List.copyOf(rows);
  }

  /**
   * One score of every model.
   *
   * @param name of the score
   * @param meaning one sentence: what is counted
   * @param cells by model; a model without this score is left out
   */
  public record Row(String name, String meaning, Map<String, Cell> cells) {
    public Row {
      cells = Collections.unmodifiableMap(new HashMap<>(cells));
    }

    /** The largest value of the row; 0 where it is empty. */
    double best() {
      return cells.values().stream().mapToDouble(Cell::value).max().orElse(0);
    }
  }

  /**
   * A value with its standard error and what guessing would give; either is NaN where it is not
   * known.
   */
  public record Cell(double value, double standardError, double chance) {}

  /** Whether any model has a value. */
  boolean has(Row row) {
    return models.stream().map(row.cells::get).anyMatch(Objects::nonNull);
  }
}
