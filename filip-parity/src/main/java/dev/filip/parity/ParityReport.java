package dev.filip.parity;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Our numbers against another program's, stage by stage in the order of computation.
 *
 * @param notCompared what the golden lacks
 */
public record ParityReport(String golden, List<Stage> stages, List<String> notCompared) {
  /**
   * One compared tensor.
   *
   * @param compared numbers compared
   * @param atol absolute tolerance; rtol relative to the golden's number
   * @param first the first number outside the tolerance, or null
   */
  public record Stage(
      String name,
      long compared,
      double maxAbs,
      double meanAbs,
      double atol,
      double rtol,
      @Nullable Difference first) {
    /** Whether every number lies within the tolerance. */
    public boolean ok() {
      return first == null;
    }
  }

  /** A number outside the tolerance; {@code index} counts per dimension. */
  public record Difference(String stage, long[] index, double ours, double golden) {
    @Override
    public String toString() {
      return stage + Arrays.toString(index) + ": ours " + ours + ", golden " + golden;
    }
  }

  /** Whether all stages agree. */
  public boolean ok() {
    return stages.stream().allMatch(Stage::ok);
  }

  /** Where the two part first. */
  public Optional<Difference> firstDifference() {
    return stages.stream().map(Stage::first).filter(d -> d != null).findFirst();
  }

  /** {@code {golden, ok, stages: {NAME: {...}}, first_difference, not_compared}}. */
  public ObjectNode toJson() {
    ObjectNode root = Json.object().put("golden", golden).put("ok", ok());
    ObjectNode all = root.putObject("stages");
    for (Stage stage : stages) {
      all.putObject(stage.name())
          .put("compared", stage.compared())
          .put("max_abs", stage.maxAbs())
          .put("mean_abs", stage.meanAbs())
          .put("atol", stage.atol())
          .put("rtol", stage.rtol())
          .put("ok", stage.ok());
    }
    firstDifference()
        .ifPresentOrElse(
            d -> {
              ObjectNode node = root.putObject("first_difference").put("stage", d.stage());
              ArrayNode index = node.putArray("index");
              Arrays.stream(d.index()).forEach(index::add);
              node.put("ours", d.ours()).put("golden", d.golden());
            },
            () -> root.putNull("first_difference"));
    notCompared.forEach(root.putArray("not_compared")::add);
    return root;
  }
}
