package dev.filip.leak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.eval.Series;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.viz.Report;
import dev.filip.viz.ScoreTable;
import dev.filip.viz.Thumbnail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a search for leaks found, as an answer and as a page of pictures, and what scores are with
 * and without the images found. Immutable.
 */
public record LeakReport(LeakSearch search, LeakSearch.Found found) {
  private static final int SHOWN = 60;

  /** {@code pairs}, counts, and how was searched. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("train_images", found.trainImages()).put("test_images", found.testImages());
    json.put("leaked", keys().size());
    json.put("leaked_share", keys().size() / (double) found.testImages());
    json.put("max_distance", search.most());
    if (search.model() != null) {
      json.put("min_similarity", search.similarity()).put("told_apart", found.refused());
    }
    ArrayNode pairs = json.putArray("pairs");
    for (LeakSearch.Pair pair : found.pairs()) {
      ObjectNode one = pairs.addObject().put("train", pair.train()).put("test", pair.test());
      one.put("distance", pair.distance()).put("mirrored", pair.mirrored());
      if (!Double.isNaN(pair.similarity())) {
        one.put("similarity", pair.similarity());
      }
    }
    ObjectNode left = json.putObject("skipped");
    found.skipped().forEach(left::put);
    return json;
  }

  /** Keys of the test images that training holds a copy of. */
  private Set<String> keys() {
    Set<String> keys = new HashSet<>();
    found.pairs().forEach(pair -> keys.add(pair.test()));
    return keys;
  }

  /**
   * The scores of an answer of {@code filip eval TASK --json} on the test source, of all images and
   * of those that did not leak. Retrieval: leaked queries are left out, candidates stay.
   *
   * @param data fingerprint of the test source
   * @throws BadInput for something else, and for an answer on other data
   */
  public ObjectNode without(JsonNode answer, String name, String data) {
    JsonNode outcomes = answer.path("outcomes");
    BadInput.require(
        outcomes.path("metrics").isObject() && outcomes.path("keys").isArray(),
        name,
        "no outcomes",
        "an answer of filip eval TASK --json");
    String judged = outcomes.path("fingerprint_of").path("data").asText();
    BadInput.require(judged.equals(data), name, "other data", "an answer on the test source");
    Set<String> leaked = keys();
    boolean[] clean = new boolean[outcomes.path("keys").size()];
    int left = 0;
    for (int i = 0; i < clean.length; i++) {
      clean[i] = !leaked.contains(outcomes.path("keys").get(i).asText());
      left += clean[i] ? 1 : 0;
    }
    ObjectNode json = Json.object().put("n", clean.length).put("n_clean", left);
    for (Map.Entry<String, JsonNode> metric : outcomes.path("metrics").properties()) {
      Series series = Series.of(metric.getValue(), name + " outcomes." + metric.getKey());
      BadInput.require(
          series.size() == clean.length,
          name + " outcomes." + metric.getKey(),
          series.size(),
          clean.length + " images");
      json.putObject(metric.getKey())
          .put("all", share(series, null))
          .put("clean", share(series, clean));
    }
    return json;
  }

  private static double share(Series series, boolean @Nullable [] only) {
    double hits = 0;
    double trials = 0;
    for (int i = 0; i < series.size(); i++) {
      if (only == null || only[i]) {
        hits += series.hits(i);
        trials += series.trials(i);
      }
    }
    return trials == 0 ? 0 : hits / trials;
  }

  /** One HTML file with the pairs side by side, nearest first. */
  public void page(SampleSource train, SampleSource test, Path file) throws IOException {
    List<Report.Example> examples = new ArrayList<>();
    List<LeakSearch.Pair> pairs = found.pairs();
    for (LeakSearch.Pair pair : pairs.subList(0, Math.min(SHOWN, pairs.size()))) {
      String title =
          String.format(
              Locale.ROOT,
              "%d of 63 bits differ%s%s",
              pair.distance(),
              pair.mirrored() ? ", mirrored" : "",
              Double.isNaN(pair.similarity())
                  ? ""
                  : String.format(Locale.ROOT, ", similarity %.3f", pair.similarity()));
      examples.add(
          new Report.Example(
              title,
              List.of(
                  picture("test: " + pair.test(), test.read(pair.testIndex()).image()),
                  picture("training: " + pair.train(), train.read(pair.trainIndex()).image()))));
    }
    new Report(
            "Near-duplicates between training and test",
            String.format(
                Locale.ROOT,
                "%,d of %,d test images have a near copy among %,d training images.",
                keys().size(),
                found.testImages(),
                found.trainImages()),
            new ScoreTable(List.of(), List.of()),
            List.of(),
            new Report.Gallery("Pairs, nearest first", examples),
            List.of(),
            List.of(
                "Found by a perceptual hash of 63 bits, mirror images included; look before you believe: simple drawings on white can be near without being copies.",
                "At most " + SHOWN + " pairs are shown; the JSON answer has all."))
        .write(file);
  }

  private static Report.Picture picture(String title, byte[] encoded) throws IOException {
    return new Report.Picture(title, Thumbnail.png(encoded));
  }
}
