package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * Two answers of {@code filip eval TASK --json} on the same data, image by image. Immutable.
 *
 * @param task what both did
 * @param keys of the images, in order
 * @param metrics by name, the most telling one first
 * @param first the whole first answer
 * @param second the whole second answer
 */
public record Comparison(
    String task,
    List<String> keys,
    SequencedMap<String, Pair> metrics,
    JsonNode first,
    JsonNode second) {
  private static final long SEED = 1;

  public Comparison {
    keys = List.copyOf(keys);
    metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
  }

  /** One metric of both. */
  public record Pair(Series first, Series second) {}

  /**
   * Reads both.
   *
   * @param firstName the first file, for messages
   * @param secondName the second file
   * @throws BadInput for other answers than these, and for unlike ones: other tasks, data, splits,
   *     prompts or preprocessing
   */
  public static Comparison of(
      JsonNode first, String firstName, JsonNode second, String secondName) {
    requireAnswer(first, firstName);
    requireAnswer(second, secondName);
    requireAlike(first, second);
    List<String> keys = new ArrayList<>();
    first.at("/outcomes/keys").forEach(key -> keys.add(key.asText()));
    BadInput.require(
        first.at("/outcomes/keys").equals(second.at("/outcomes/keys")),
        secondName,
        "other images judged",
        "the images of " + firstName + " (one skipped what the other could read)");
    SequencedMap<String, Pair> metrics = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> metric : first.at("/outcomes/metrics").properties()) {
      String name = metric.getKey();
      Pair pair =
          new Pair(
              series(metric.getValue(), firstName, name, keys.size()),
              series(second.at("/outcomes/metrics").path(name), secondName, name, keys.size()));
      metrics.put(name, pair);
    }
    BadInput.require(!metrics.isEmpty(), firstName, "no outcomes.metrics", "an answer with them");
    return new Comparison(first.path("task").asText(), keys, metrics, first, second);
  }

  private static void requireAnswer(JsonNode answer, String name) {
    BadInput.require(
        answer.path("fingerprint").isTextual() && answer.path("outcomes").isObject(),
        name,
        "no fingerprint and outcomes",
        "an answer of filip eval TASK --json");
  }

  private static void requireAlike(JsonNode first, JsonNode second) {
    String one = first.path("fingerprint").asText();
    String other = second.path("fingerprint").asText();
    if (!one.equals(other)) {
      throw new BadInput(
          "the results are not of the same thing: fingerprint "
              + brief(one)
              + " and "
              + brief(other)
              + differing(
                  first.at("/outcomes/fingerprint_of"), second.at("/outcomes/fingerprint_of")));
    }
  }

  private static String brief(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  private static String differing(JsonNode one, JsonNode other) {
    TreeSet<String> names = new TreeSet<>();
    one.fieldNames().forEachRemaining(names::add);
    other.fieldNames().forEachRemaining(names::add);
    names.removeIf(name -> Objects.equals(one.get(name), other.get(name)));
    return names.isEmpty() ? "" : ", different in " + String.join(", ", names);
  }

  private static Series series(JsonNode json, String file, String metric, int images) {
    Series series = Series.of(json, file + " outcomes." + metric);
    BadInput.require(
        series.size() == images, file + " outcomes." + metric, series.size(), images + " images");
    return series;
  }

  /**
   * Images on which the first metric's hits differ: the first's more (or fewer) than the second's.
   */
  public List<Integer> disagreements(boolean firstRight) {
    Pair pair = metrics.firstEntry().getValue();
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      double difference = pair.first.hits(i) - pair.second.hits(i);
      if (firstRight ? difference > 0 : difference < 0) {
        found.add(i);
      }
    }
    return found;
  }

  /**
   * The first metric's numbers at the top, all of them in {@code metrics}: {@code a}, {@code b},
   * {@code difference} (a minus b), {@code ci} (95 %), {@code p}, {@code test}, {@code only_a},
   * {@code only_b}.
   */
  public ObjectNode toJson() {
    SequencedMap<String, ObjectNode> each = new LinkedHashMap<>();
    metrics.forEach((name, pair) -> each.put(name, numbers(pair)));
    ObjectNode json = Json.object().put("task", task).put("metric", each.firstEntry().getKey());
    json.setAll(each.firstEntry().getValue());
    json.put("n", keys.size());
    ObjectNode all = json.putObject("metrics");
    each.forEach(all::set);
    return json.put("fingerprint", first.path("fingerprint").asText());
  }

  private static ObjectNode numbers(Pair pair) {
    PairedTest.Found found = PairedTest.of(pair.first, pair.second, SEED);
    boolean exact = pair.first.isYesOrNo() && pair.second.isYesOrNo();
    ObjectNode json = Json.object();
    json.put("a", share(pair.first)).put("b", share(pair.second));
    json.put("difference", found.difference());
    json.putArray("ci").add(found.low()).add(found.high());
    json.put("p", found.p()).put("test", exact ? "McNemar, exact" : "sign flips over images");
    return json.put("only_a", found.onlyFirst()).put("only_b", found.onlySecond());
  }

  private static double share(Series series) {
    double hits = 0;
    double trials = 0;
    for (int i = 0; i < series.size(); i++) {
      hits += series.hits(i);
      trials += series.trials(i);
    }
    return trials == 0 ? 0 : hits / trials;
  }
}
