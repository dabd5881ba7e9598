package dev.filip.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that was measured of one variant.
 *
 * @param accuracy a result a seed, in the order of the seeds; those not run yet are left out
 * @param timing the timed row, or null
 * @param choice what it was tuned over, or null where nothing was tuned
 */
record Measured(
    Study.Variant variant,
    List<RowResult> accuracy,
    @Nullable RowResult timing,
    @Nullable Choice choice) {
  Measured {
    accuracy = List.copyOf(accuracy);
  }

  /** Over the seeds that came to their end. */
  Spread spread(ToDoubleFunction<RowResult> number) {
    return Spread.of(
        accuracy.stream().filter(RowResult::ended).map(r -> number.applyAsDouble(r)).toList());
  }

  Spread score(String key) {
    return spread(result -> result.score(key));
  }

  /** Mean of both directions' R@1 on a source; empty for {@code data.validation}. */
  Spread r1(String source) {
    String at = source.isEmpty() ? "" : "@" + source;
    return spread(r -> (r.score("t2i_r1" + at) + r.score("i2t_r1" + at)) / 2);
  }

  /** Why not all of it is there, or nothing; {@code sticking} counts as something to say. */
  String trouble() {
    Set<String> said = new LinkedHashSet<>();
    List<RowResult> all = new ArrayList<>(accuracy);
    if (timing != null) {
      all.add(timing);
    }
    for (RowResult result : all) {
      switch (result.outcome()) {
        case DONE -> {}
        case STUCK ->
            said.add(String.format(Locale.ROOT, "stayed near ln(batch), loss %.2f", result.loss()));
        case DIVERGED, FAILED -> said.add(result.outcome().word() + ": " + result.reason());
      }
    }
    return String.join("; ", said);
  }

  ObjectNode toJson(Set<String> scores) {
    ObjectNode json = Json.object().put("name", variant.name());
    ArrayNode overrides = json.putArray("overrides");
    variant.overrides().forEach(overrides::add);
    ArrayNode runs = json.putArray("runs");
    accuracy.forEach(result -> runs.add(result.toJson()));
    if (timing != null) {
      json.set("timing", timing.toJson());
    }
    if (choice != null) {
      json.set("tuning", choice.toJson());
    }
    ObjectNode spread = json.putObject("spread");
    spread.set("loss", spread(RowResult::loss).toJson());
    scores.forEach(key -> spread.set(key, score(key).toJson()));
    return json;
  }

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
}
