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
 */
record Measured(Variant variant, List<RowResult> accuracy, @Nullable RowResult timing) {
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
    ObjectNode spread = json.putObject("spread");
    spread.set("loss", spread(RowResult::loss).toJson());
    scores.forEach(key -> spread.set(key, score(key).toJson()));
    return json;
  }
}
