package dev.filip.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a row was tried with, and which settings it keeps: those with the best mean score on {@code
 * data.validation} over the seeds. A run that did not come to its end counts as 0. Of equals the
 * first. Immutable.
 *
 * @param score the key that decided, {@code evaluate.keep_best} of the config
 * @param tried one a point of the grid, in its order
 */
record Choice(String score, List<Tried> tried) {
  Choice {
    tried = List.copyOf(tried);
    if (tried.isEmpty()) {
      throw new IllegalArgumentException("a choice of nothing");
    }
  }

  TuneGrid.Point point() {
    return best().point();
  }

  private Tried best() {
    Tried best = tried.getFirst();
    for (Tried one : tried) {
      best = Comparator.comparingDouble(Tried::mean).compare(one, best) > 0 ? one : best;
    }
    return best;
  }

  /** One line for the log. */
  String text() {
    return String.format(Locale.ROOT, "%s (%s %s)", point().label(), score, best().spread().text());
  }

  /** The cells of a table with a column a point; the chosen one is bold. */
  List<String> cells() {
    List<String> cells = new ArrayList<>();
    for (Tried one : tried) {
      String text = one.spread().text();
      cells.add(one.equals(best()) ? "**" + text + "**" : text);
    }
    return cells;
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("score", score);
    json.set("chosen", Json.mapper().valueToTree(point().sets()));
    ArrayNode all = json.putArray("tried");
    for (Tried one : tried) {
      ObjectNode each = all.addObject();
      each.set("sets", Json.mapper().valueToTree(one.point().sets()));
      each.set(score, one.spread().toJson());
      ArrayNode runs = each.putArray("runs");
      one.results().forEach(result -> runs.add(result.toJson()));
    }
    return json;
  }

  /**
   * A point of the grid with its runs.
   *
   * @param scores a number a run; 0 where it did not come to its end
   */
  record Tried(TuneGrid.Point point, List<RowResult> results, List<Double> scores) {
    Tried {
      results = List.copyOf(results);
      scores = List.copyOf(scores);
    }

    static Tried of(TuneGrid.Point point, List<RowResult> results, String score) {
      List<Double> scores = new ArrayList<>();
      for (RowResult result : results) {
        double known = result.ended() ? result.score(score) : 0;
        scores.add(Double.isFinite(known) ? known : 0);
      }
      return new Tried(point, results, scores);
    }

    private double mean() {
      return scores.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private Measured.Spread spread() {
      return Measured.Spread.of(scores);
    }
  }
}
