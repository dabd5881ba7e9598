package dev.filip.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the tables of all studies share: the columns of scores, those that were measured. */
final class Tables {
  private static final String NOTHING = "-";

  private Tables() {}

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
}
