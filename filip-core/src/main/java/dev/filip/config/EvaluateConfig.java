package dev.filip.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Evaluation during training, on {@code data.validation}. */
public record EvaluateConfig(int every, List<String> tasks, String keepBest, int samples) {
  /** Tasks of evaluation and the metrics each yields, the most telling one first. */
  private static final Map<String, List<String>> METRICS = metricsOfTasks();

  static final Section<EvaluateConfig> KEYS =
      Section.of(
          "evaluate",
          EvaluateConfig.class,
          Key.following(
              "every",
              Type.whole(">= 0 (0 = never)"),
              "500 with `data.validation`, else 0",
              given -> given.has("data.validation") ? 500 : 0,
              "steps"),
          Key.of(
              "tasks",
              Type.list("task or list", Type.oneOf(METRICS.keySet()), "at least one task"),
              List.of("retrieval"),
              "`retrieval`, `zero-shot`, `pointing`, `binding` (the last two on sources with boxes,"
                  + " `binding` on scenes)"),
          Key.following(
              "keep_best",
              Type.TEXT.called("metric"),
              "the first task's first",
              EvaluateConfig::best,
              "chooses `DIR/best`: `r1`, `r5`, `r10` (retrieval, mean of both directions),"
                  + " `t2i_r1`, `i2t_r1`, `top1`, `top5`, `mean_per_class` (zero-shot),"
                  + " `word_in_box`, `patch_to_word` (pointing), `binding_all`, `binding_colour`,"
                  + " `binding_size`, `binding_texture`, `binding_relation` (binding); one that a"
                  + " task of the list yields"),
          Key.of("samples", Type.whole(">= 2"), 1000, "at most so many validation images"));

  public EvaluateConfig {
    tasks = List.copyOf(tasks);
    KEYS.check(every, tasks, keepBest, samples);
    Set<String> metrics = new LinkedHashSet<>();
    tasks.forEach(task -> metrics.addAll(METRICS.getOrDefault(task, List.of())));
    if (!metrics.contains(keepBest)) {
      throw Choices.notOneOf(metrics, "evaluate.keep_best", keepBest);
    }
  }

  private static String best(Given given) {
    List<?> tasks = given.get("evaluate.tasks", List.class);
    return METRICS.getOrDefault((String) tasks.getFirst(), List.of()).getFirst();
  }

  private static Map<String, List<String>> metricsOfTasks() {
    Map<String, List<String>> tasks = new LinkedHashMap<>();
    tasks.put("retrieval", List.of("r1", "r5", "r10", "t2i_r1", "i2t_r1"));
    tasks.put("zero-shot", List.of("top1", "top5", "mean_per_class"));
    tasks.put("pointing", List.of("word_in_box", "patch_to_word"));
    tasks.put(
        "binding",
        List.of(
            "binding_all",
            "binding_colour",
            "binding_size",
            "binding_texture",
            "binding_relation"));
    return Collections.unmodifiableMap(tasks);
  }
}
