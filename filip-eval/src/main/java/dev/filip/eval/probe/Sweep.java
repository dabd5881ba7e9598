package dev.filip.eval.probe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The search for C on a validation split, as CLIP's authors made it (Radford et al. 2021, appendix
 * A.3): 1e-6 to 1e6 in steps of two decades, then four times the two neighbours of the best at half
 * the distance, down to eight steps a decade; 15 fits at most of 97. The best has most right; of
 * equal ones that with the smaller loss, then the smaller C.
 *
 * @param tried by rising C
 */
record Sweep(List<Point> tried, Point best) {
  private static final int DECADE = 8;
  private static final int END = 6 * DECADE;
  private static final int START = 2 * DECADE;

  /** Fits at most. */
  static final int FITS = 15;

  private static final Comparator<Point> ORDER =
      Comparator.comparingDouble((Point p) -> -p.top1)
          .thenComparingDouble(Point::loss)
          .thenComparingDouble(Point::c);

  /**
   * A C, what its fit came to, and how it did on the validation split.
   *
   * @param loss mean cross-entropy there
   * @param n samples there
   */
  record Point(
      double c,
      double top1,
      double meanPerClass,
      double loss,
      int n,
      double objective,
      int iterations,
      boolean converged) {
    static Point of(double c, LogisticRegression.Fit fit, LinearClassifier.Judged judged) {
      return new Point(
          c,
          judged.top(1),
          judged.meanPerClass(),
          judged.loss(),
          judged.labels().length,
          fit.objective(),
          fit.iterations(),
          fit.converged());
    }

    private ObjectNode toJson() {
      return Json.object()
          .put("c", c)
          .put("top1", top1)
          .put("mean_per_class", meanPerClass)
          .put("loss", loss)
          .put("objective", objective)
          .put("iterations", iterations)
          .put("converged", converged);
    }
  }

  /** What a trial leaves: its point, and its weights for its neighbours to begin with. */
  record Tried(Point point, double[] weights) {}

  /** Fits and judges. */
  interface Trial {
    /**
     * Tries a C.
     *
     * @param start weights of the fit at the nearest smaller C, or null where there is none
     */
    Tried of(double c, double @Nullable [] start);
  }

  /** Searches. */
  static Sweep run(Trial trial) {
    TreeMap<Integer, Tried> tried = new TreeMap<>();
    for (int e = -END; e <= END; e += START) {
      add(tried, e, trial);
    }
    for (int step = START / 2; step >= 1; step /= 2) {
      int best = best(tried).getKey();
      for (int e : new int[] {best - step, best + step}) {
        if (Math.abs(e) <= END) {
          add(tried, e, trial);
        }
      }
    }
    return new Sweep(
        tried.values().stream().map(Tried::point).toList(), best(tried).getValue().point);
  }

  private static void add(TreeMap<Integer, Tried> tried, int eighths, Trial trial) {
    Map.Entry<Integer, Tried> below = tried.lowerEntry(eighths);
    double c = Math.pow(10, eighths / (double) DECADE);
    tried.put(eighths, trial.of(c, below == null ? null : below.getValue().weights));
  }

  private static Map.Entry<Integer, Tried> best(TreeMap<Integer, Tried> tried) {
    return tried.entrySet().stream()
        .min(Comparator.comparing(e -> e.getValue().point, ORDER))
        .orElseThrow();
  }

  /** {@code [{"c", "top1", "mean_per_class", "loss", "objective", "iterations", "converged"}]}. */
  ArrayNode toJson() {
    ArrayNode all = Json.mapper().createArrayNode();
    tried.forEach(point -> all.add(point.toJson()));
    return all;
  }
}
