package dev.filip.study;

import static dev.filip.io.BadInput.require;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What is asked of a study.
 *
 * @param config the base config; {@code sets} changes it before anything else does
 * @param steps of each row; 0 = as the config says
 * @param timingSteps of each row that is timed
 * @param seeds how many, counted from the config's
 * @param jobs rows at the same time; cores are divided between them
 * @param parts which rows of an efficiency study
 * @param judge sources for retrieval besides {@code data.validation}
 * @param tune what each row is tried with before rows are compared
 */
public record StudyOptions(
    Path config,
    List<String> sets,
    int steps,
    int timingSteps,
    int seeds,
    int jobs,
    Set<Part> parts,
    List<String> judge,
    TuneGrid tune) {
  public StudyOptions {
    sets = List.copyOf(sets);
    parts = Set.copyOf(parts);
    judge = List.copyOf(judge);
    require(steps >= 0, "--steps", steps, ">= 1");
    require(timingSteps >= 3, "--timing-steps", timingSteps, ">= 3 (a third is warm-up)");
    require(seeds >= 1, "--seeds", seeds, ">= 1");
    require(jobs >= 1, "--jobs", jobs, ">= 1");
  }

  /** The same without further sources: what trials are asked, which are chosen by validation. */
  StudyOptions withoutJudge() {
    return new StudyOptions(config, sets, steps, timingSteps, seeds, jobs, parts, List.of(), tune);
  }

  /** What a row's process does. */
  public enum Part {
    /** Trains to the end and is judged. */
    ACCURACY,
    /** Takes a few steps to time them: needs a machine without other work. */
    TIMING
  }
}
