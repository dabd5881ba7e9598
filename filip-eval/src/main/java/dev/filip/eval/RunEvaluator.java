package dev.filip.eval;

import dev.filip.encode.Embedder;
import dev.filip.io.BadInput;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges a model in training on the validation data, by the tasks that {@code evaluate.tasks}
 * names: {@code retrieval} gives {@code r1} (mean of both directions), {@code t2i_r1}, {@code
 * i2t_r1} and {@code r5}; {@code zero-shot} gives {@code top1}, {@code top5} and {@code
 * mean_per_class}; {@code pointing} gives {@code word_in_box} and {@code patch_to_word}; {@code
 * binding} gives {@code binding_KIND}. Immutable. Closing it closes its data.
 */
public final class RunEvaluator implements Closeable {
  /** What {@code evaluate.tasks} may name. */
  public static final Set<String> TASKS = Set.of("retrieval", "zero-shot", "pointing", "binding");

  private final EvalData data;
  private final List<String> tasks;

  /**
   * @throws BadInput for an unknown task
   */
  public RunEvaluator(EvalData data, List<String> tasks) {
    for (String task : tasks) {
      BadInput.require(
          TASKS.contains(task), "evaluate.tasks", task, "one of " + new TreeSet<>(TASKS));
    }
    this.data = new EvalData(data.source(), data.split(), data.limit(), true);
    this.tasks = List.copyOf(tasks);
  }

  /** Closes the data. */
  @Override
  public void close() throws IOException {
    data.source().close();
  }

  /** The scores of any model. */
  public Map<String, Double> scores(Embedder model) throws IOException {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (String task : tasks) {
      switch (task) {
        case "retrieval" -> retrieval(model, scores);
        case "zero-shot" -> zeroShot(model, scores);
        case "pointing" -> pointing(model, scores);
        default -> binding(model, scores);
      }
    }
    return scores;
  }

  private void retrieval(Embedder model, Map<String, Double> scores) throws IOException {
    RetrievalResult result = RetrievalEval.DEFAULT.run(model, data);
    Recalls t2i = result.textToImage();
    Recalls i2t = result.imageToText();
    scores.put("r1", result.r1());
    scores.put("r5", (t2i.r5().value() + i2t.r5().value()) / 2);
    scores.put("r10", (t2i.r10().value() + i2t.r10().value()) / 2);
    scores.put("t2i_r1", t2i.r1().value());
    scores.put("i2t_r1", i2t.r1().value());
  }

  private void zeroShot(Embedder model, Map<String, Double> scores) throws IOException {
    ClassPrompts prompts = ClassPrompts.of(data.source(), null, null);
    ZeroShotResult result = new ZeroShotEval(prompts).run(model, data);
    scores.put("top1", result.top1().value());
    Share top5 = result.top5();
    if (top5 != null) {
      scores.put("top5", top5.value());
    }
    scores.put("mean_per_class", result.meanPerClass());
  }

  private void pointing(Embedder model, Map<String, Double> scores) throws IOException {
    PointingResult result = new PointingEval().run(model, data);
    scores.put("word_in_box", result.wordInBox().share().value());
    scores.put("patch_to_word", result.patchToWord().share().value());
  }

  private void binding(Embedder model, Map<String, Double> scores) throws IOException {
    BindingResult result = new BindingEval(null).run(model, data);
    result.byKind().forEach((kind, share) -> scores.put("binding_" + kind, share.value()));
  }
}
