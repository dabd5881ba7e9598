package dev.filip.study;

import dev.filip.viz.DotPlot;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a study shows.
 *
 * @param columns of the table, the first names the row
 * @param cells a list a row, as long as {@code columns}
 * @param notes how to read it, one paragraph each
 */
record Findings(
    List<String> columns, List<List<String>> cells, List<String> notes, BufferedImage plot) {
  private static final String NOTHING = "-";

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
    return markdown(columns, cells);
  }

  private static String markdown(List<String> columns, List<List<String>> cells) {
    StringBuilder table = new StringBuilder(line(columns));
    table.append("|---".repeat(columns.size())).append("|\n");
    cells.forEach(row -> table.append(line(row)));
    return table.toString();
  }

  /** The same with a further column. */
  private Findings with(String column, List<String> values) {
    List<String> longer = new ArrayList<>(columns);
    longer.add(column);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      List<String> row = new ArrayList<>(cells.get(i));
      row.add(values.get(i));
      rows.add(row);
    }
    return new Findings(longer, rows, notes, plot);
  }

  /** With each row's chosen settings, where rows were tuned. */
  Findings withChoices(List<Measured> measured) {
    List<String> chosen = new ArrayList<>();
    for (Measured one : measured) {
      chosen.add(one.choice() == null ? NOTHING : one.choice().point().label());
    }
    boolean tuned = measured.stream().anyMatch(one -> one.choice() != null);
    return tuned ? with("tuned to", chosen) : this;
  }

  /** What each row was tried with, as Markdown with its heading; empty where nothing was tuned. */
  static String tuning(List<Measured> measured) {
    List<List<String>> rows = new ArrayList<>();
    List<String> columns = new ArrayList<>(List.of("row"));
    String score = "";
    for (Measured one : measured) {
      Choice choice = one.choice();
      if (choice == null) {
        continue;
      }
      if (rows.isEmpty()) {
        choice.tried().forEach(tried -> columns.add(tried.point().label()));
        score = choice.score();
      }
      List<String> row = new ArrayList<>(List.of(one.variant().name()));
      row.addAll(choice.cells());
      rows.add(row);
    }
    return rows.isEmpty()
        ? ""
        : "Tuned: every row tried every point below; the best mean of `"
            + score
            + "` on data.validation over the seeds is chosen (bold), smallest and largest in brackets.\n\n"
            + markdown(columns, rows);
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells).replace("\n", " ") + " |\n";
  }

  /** Titles of the score columns by key: both directions' R@1 of every source, top-1. */
  static Map<String, String> scores(List<Measured> measured) {
    Set<String> keys = new LinkedHashSet<>();
    measured.forEach(m -> m.accuracy().forEach(r -> keys.addAll(r.scores().keySet())));
    Map<String, String> columns = new LinkedHashMap<>();
    for (String key : keys) {
      int at = key.indexOf('@');
      String source = at < 0 ? "" : ", " + key.substring(at + 1);
      switch (at < 0 ? key : key.substring(0, at)) {
        case "t2i_r1" -> columns.put(key, "R@1 text to image" + source);
        case "i2t_r1" -> columns.put(key, "R@1 image to text" + source);
        case "top1" -> columns.put(key, "zero-shot top-1" + source);
        case "word_in_box" -> columns.put(key, "word in box" + source);
        default -> {} // the JSON has them all
      }
    }
    return columns;
  }

  /** A cell a score column. */
  static List<String> cells(Measured measured, Set<String> keys) {
    List<String> cells = new ArrayList<>();
    keys.forEach(key -> cells.add(measured.score(key).text()));
    return cells;
  }

  /** A table of the loss and every score of each row, with the number of its runs. */
  static Findings accuracy(List<Measured> measured, List<String> notes, BufferedImage plot) {
    Map<String, String> scores = scores(measured);
    boolean trouble = anyTrouble(measured);
    List<String> columns = new ArrayList<>(List.of("model", "loss"));
    columns.addAll(scores.values());
    columns.add("runs");
    if (trouble) {
      columns.add("what went wrong");
    }
    List<List<String>> cells = new ArrayList<>();
    for (Measured one : measured) {
      List<String> row = new ArrayList<>();
      row.add(one.variant().name());
      row.add(one.spread(RowResult::loss).text());
      row.addAll(cells(one, scores.keySet()));
      row.add(Integer.toString(one.spread(RowResult::loss).n()));
      if (trouble) {
        row.add(orNothing(one.trouble()));
      }
      cells.add(row);
    }
    return new Findings(columns, cells, notes, plot);
  }

  /** The sources that were judged besides {@code data.validation}, which is first, as "". */
  static List<String> sources(List<Measured> measured) {
    Set<String> sources = new LinkedHashSet<>(List.of(""));
    measured.forEach(m ->
        m.accuracy()
            .forEach(r ->
                r.scores().keySet().stream()
                    .filter(key -> key.contains("@"))
                    .forEach(key -> sources.add(key.substring(key.indexOf('@') + 1)))));
    return List.copyOf(sources);
  }

  /** The last column where something went wrong in some row. */
  static boolean anyTrouble(List<Measured> measured) {
    return measured.stream().anyMatch(m -> !m.trouble().isEmpty());
  }

  static String orNothing(String text) {
    return text.isEmpty() ? NOTHING : text;
  }

  /** R@1 of every variant on every source, as dots with their spread. */
  static BufferedImage r1Plot(String title, List<Measured> measured) {
    List<String> sources = sources(measured);
    List<DotPlot.Line> lines = new ArrayList<>();
    for (Measured one : measured) {
      List<DotPlot.Dot> dots = new ArrayList<>();
      for (String source : sources) {
        Measured.Spread r1 = one.r1(source);
        dots.add(new DotPlot.Dot(r1.low(), r1.mean(), r1.high()));
      }
      lines.add(new DotPlot.Line(one.variant().name(), dots, one.trouble()));
    }
    List<String> names =
        sources.stream().map(source -> source.isEmpty() ? "data.validation" : source).toList();
    return DotPlot.draw(title, "R@1, mean of both directions", names, lines);
  }
}
