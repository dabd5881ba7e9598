package dev.filip.eval;

import dev.filip.encode.Embedder;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges a model in training on the validation data, by the tasks that {@code evaluate.tasks}
 * names: {@code retrieval} gives {@code r1} (mean of both directions), {@code t2i_r1}, {@code
 * i2t_r1}, {@code r5} and {@code r10}; {@code zero-shot} gives {@code top1}, {@code top5} and
 * {@code mean_per_class}; {@code pointing} gives {@code word_in_box} and {@code patch_to_word};
 * {@code binding} gives {@code binding_KIND}. Immutable.
 */
public final class RunEvaluator {
  private final EvalData data;
  private final List<Task<?>> tasks;

  /**
   * @throws BadInput for an unknown task
   */
  public RunEvaluator(EvalData data, List<String> tasks) {
    this.data = new EvalData(data.source(), data.split(), data.limit(), true);
    this.tasks = tasks.stream().<Task<?>>map(name -> Tasks.named(name, "evaluate.tasks")).toList();
  }

  /** The scores of any model. */
  public Map<String, Double> scores(Embedder model) throws IOException {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Task<?> task : tasks) {
      scores.putAll(task.run(model, data).metrics());
    }
    return scores;
  }
}
