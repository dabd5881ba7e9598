package dev.filip.eval;

import java.util.List;

/**
 * What a task went over.
 *
 * @param keys of the samples that were judged, in order
 * @param skipped samples left out
 * @param print the task, the data and how images are prepared; a task adds what else its scores
 *     depend on
 */
public record Judged(List<String> keys, Skipped skipped, Fingerprint print) {
  public Judged {
    keys = List.copyOf(keys);
  }
}
