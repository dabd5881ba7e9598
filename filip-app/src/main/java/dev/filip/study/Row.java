package dev.filip.study;

import dev.filip.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One process of a study: a variant, trained with a seed. Immutable.
 *
 * @param steps that it takes; 0 where the config counts epochs
 * @param tuned settings that were chosen for it, or that it tries
 */
record Row(
    Study.Variant variant, long seed, StudyOptions.Part part, int steps, TuneGrid.Point tuned) {
  /** Evaluation comes at the end only, also where the number of steps is not known yet. */
  private static final int NEVER_BEFORE_THE_END = Integer.MAX_VALUE;

  /** Unique within a study. */
  String folder() {
    String settings = tuned.slug().isEmpty() ? "" : "-" + tuned.slug();
    String name = variant.slug() + settings + "-seed" + seed;
    return part == StudyOptions.Part.TIMING ? name + "-timing" : name;
  }

  /** For people. */
  String title() {
    String settings = tuned.sets().isEmpty() ? "" : ", " + tuned.label();
    return variant.name()
        + settings
        + " (seed "
        + seed
        + (part == StudyOptions.Part.TIMING ? ", timing)" : ")");
  }

  /** All that differs from the config, as {@code --set} takes it; the variant's word is last. */
  List<String> sets(RunConfig base) {
    List<String> sets = new ArrayList<>(List.of("seed=" + seed, "checkpoint.keep=1"));
    if (steps > 0) {
      sets.add("steps=" + steps);
    }
    if (part == StudyOptions.Part.TIMING) {
      sets.addAll(List.of("evaluate.every=0", "checkpoint.every=0"));
    } else {
      sets.add("evaluate.every=" + (steps > 0 ? steps : NEVER_BEFORE_THE_END));
      sets.add("evaluate.tasks=[" + String.join(", ", base.evaluate().tasks()) + "]");
    }
    sets.addAll(tuned.sets());
    sets.addAll(variant.overrides());
    if (part == StudyOptions.Part.TIMING) {
      sets.add("loss.keep_after=0"); // what is timed is a step that selects
    }
    return sets;
  }

  /** A row's log lines are every step's where steps are timed. */
  int logEvery() {
    return part == StudyOptions.Part.TIMING ? 1 : 10;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s, %d steps", title(), steps);
  }
}
