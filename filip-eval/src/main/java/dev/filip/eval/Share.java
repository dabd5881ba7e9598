package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;

/**
 * How often something held: {@code value} in [0, 1] over {@code n} trials, with its standard error.
 *
 * <p>Trials of one image are not independent (two words of one caption point into one picture), so
 * the error is that of a ratio over images: {@code sqrt(sum_i (hits_i - value * trials_i)^2) / n}.
 * With one trial an image this is the binomial {@code sqrt(value (1 - value) / n)}. No trials:
 * value and error are 0 and n says so.
 */
public record Share(double value, double standardError, long n) {
  /** {@code {"value", "standard_error", "n"}}. */
  public ObjectNode toJson() {
    return Json.object().put("value", value).put("standard_error", standardError).put("n", n);
  }

  /** Beside what guessing would give: {@code {"value", "chance", "standard_error", "n"}}. */
  ObjectNode toJson(double chance) {
    return Json.object()
        .put("value", value)
        .put("chance", chance)
        .put("standard_error", standardError)
        .put("n", n);
  }

  /** Counts up image by image. Used by one thread. */
  public static final class Tally {
    private double hits;
    private double trials;
    private double hitsHits;
    private double hitsTrials;
    private double trialsTrials;
    private final Series.Collector series = new Series.Collector();

    /** One image with {@code hits} (may be parts) of {@code trials}, which may be none. */
    public void add(double hits, long trials) {
      series.add(hits, trials);
      this.hits += hits;
      this.trials += trials;
      hitsHits += hits * hits;
      hitsTrials += hits * trials;
      trialsTrials += (double) trials * trials;
    }

    /** One image with one trial. */
    public void add(boolean hit) {
      add(hit ? 1 : 0, 1);
    }

    /** The same image by image. */
    Series series() {
      return series.series();
    }

    /** What was counted so far. */
    public Share share() {
      if (trials == 0) {
        return new Share(0, 0, 0);
      }
      double p = hits / trials;
      double squares = hitsHits - 2 * p * hitsTrials + p * p * trialsTrials;
      return new Share(p, Math.sqrt(Math.max(0, squares)) / trials, Math.round(trials));
    }
  }
}
