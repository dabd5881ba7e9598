package dev.filip.eval.probe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.eval.Share;
import dev.filip.io.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a linear probe found. Immutable.
 *
 * @param runs one, or one for each K and seed of few-shot, by K, then in the seeds' order
 * @param fingerprint of all that it depends on besides the features
 */
public record ProbeResult(
    LinearProbe.Sets sets,
    LinearProbe.Recipe recipe,
    int classes,
    List<Run> runs,
    String fingerprint) {
  /**
   * One fitted classifier.
   *
   * @param shots K, or 0 for all samples
   * @param sweep null where C was given
   */
  record Run(
      int shots, long seed, LinearClassifier.Judged judged, Found found, @Nullable Sweep sweep) {}

  /**
   * What its fit came to; what a solver has not is not a number.
   *
   * @param loss mean cross-entropy of SGD's last epoch
   * @param rows it was fitted on
   */
  record Found(
      double c, double objective, double loss, int iterations, boolean converged, int rows) {}

  /** Runs of the greatest K, or the only one. */
  private List<Run> last() {
    int k = runs.getLast().shots;
    return runs.stream().filter(r -> r.shots == k).toList();
  }

  /** Share of the test samples named right; of several seeds the mean. */
  public double top1() {
    return mean(last(), r -> r.judged.top(1));
  }

  /** The C that was chosen or given, of the first seed; not a number for SGD. */
  public double c() {
    return last().getFirst().found.c;
  }

  /**
   * As {@code filip eval probe --json} answers. Of few-shot the numbers above {@code shots} are
   * those of the greatest K: scores are means over seeds, the fit is that of the first seed.
   */
  public ObjectNode toJson() {
    List<Run> last = last();
    Run first = last.getFirst();
    ObjectNode json = Json.object();
    json.put("top1", top1());
    json.put("top5", classes < 5 ? null : Double.valueOf(mean(last, r -> r.judged.top(5))));
    json.put("mean_per_class", mean(last, r -> r.judged.meanPerClass()));
    json.put("n", sets.test().size()).put("chance", 1.0 / classes).put("classes", classes);
    json.putObject("standard_error").put("top1", standardError(first));
    json.put("solver", recipe.solver().name().toLowerCase(Locale.ROOT));
    json.put("c", orNull(first.found.c)).put("objective", orNull(first.found.objective));
    if (!Double.isNaN(first.found.loss)) {
      json.put("training_loss", first.found.loss);
    }
    json.put("iterations", first.found.iterations).put("converged", first.found.converged);
    json.put("fitted_on", first.found.rows).put("width", sets.train().d());
    json.set("validation", validation());
    if (first.shots > 0) {
      json.set("shots", shots());
    }
    json.set("sweep", first.sweep == null ? Json.mapper().createArrayNode() : first.sweep.toJson());
    return json.put("fingerprint", fingerprint);
  }

  private static double standardError(Run run) {
    Share.Tally tally = new Share.Tally();
    for (int rank : run.judged.ranks()) {
      tally.add(rank == 0);
    }
    return tally.share().standardError();
  }

  private static @Nullable Double orNull(double value) {
    return Double.isNaN(value) ? null : Double.valueOf(value);
  }

  /** By what C was chosen. */
  private ObjectNode validation() {
    Sweep sweep = last().getFirst().sweep;
    String by = sweep == null ? "none" : sets.validation() == null ? "training set" : "given";
    int n = sweep == null ? 0 : sweep.best().n();
    return Json.object().put("from", by).put("n", n);
  }

  private ArrayNode shots() {
    ArrayNode all = Json.mapper().createArrayNode();
    for (int k : recipe.shots()) {
      List<Run> of = runs.stream().filter(r -> r.shots == k).toList();
      ObjectNode one = all.addObject().put("k", k);
      one.put("fitted_on", of.getFirst().found.rows);
      one.set("top1", spread(of, r -> r.judged.top(1)));
      one.set("mean_per_class", spread(of, r -> r.judged.meanPerClass()));
      ArrayNode seeds = one.putArray("seeds");
      ArrayNode cs = one.putArray("c");
      of.forEach(r -> seeds.add(r.seed));
      of.forEach(r -> cs.add(r.found.c));
    }
    return all;
  }

  /** {@code {"mean", "sd", "values"}}; the deviation of the sample, null of one. */
  private static ObjectNode spread(List<Run> of, ToDoubleFunction<Run> what) {
    double[] values = of.stream().mapToDouble(what).toArray();
    double mean = mean(of, what);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    int n = values.length;
    ObjectNode json = Json.object().put("mean", mean);
    json.put("sd", n < 2 ? null : Double.valueOf(Math.sqrt(squares / (n - 1))));
    ArrayNode all = json.putArray("values");
    Arrays.stream(values).forEach(all::add);
    return json;
  }

  private static double mean(List<Run> of, ToDoubleFunction<Run> what) {
    return of.stream().mapToDouble(what).average().orElse(Double.NaN);
  }
}
