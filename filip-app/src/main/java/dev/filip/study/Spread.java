package dev.filip.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.List;
import java.util.Locale;

/**
 * One number over seeds: mean, smallest and largest. NaN where no seed has it.
 *
 * @param n seeds that have it
 */
record Spread(double mean, double low, double high, int n) {
  static Spread of(List<Double> values) {
    List<Double> known = values.stream().filter(Double::isFinite).toList();
    if (known.isEmpty()) {
      return new Spread(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    var all = known.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    return new Spread(all.getAverage(), all.getMin(), all.getMax(), known.size());
  }

  /** {@code 0.812 (0.80 to 0.83)}; one seed has no spread. */
  String text() {
    if (n == 0) {
      return "-";
    }
    return n == 1
        ? String.format(Locale.ROOT, "%.3f", mean)
        : String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", mean, low, high);
  }

  ObjectNode toJson() {
    return Json.object().put("mean", mean).put("low", low).put("high", high).put("n", n);
  }
}
