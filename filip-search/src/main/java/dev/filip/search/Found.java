package dev.filip.search;

import java.util.List;

/**
 * An answer of an index.
 *
 * @param hits best first, of equal scores the lower id first; where diversity was asked for, as
 *     they were chosen
 * @param plan how they were found
 * @param scored items whose score was computed exactly
 * @param matching items that the filter lets through
 */
public record Found(List<Hit> hits, Plan plan, long scored, long matching) {
  public Found {
    hits = List.copyOf(hits);
  }

  Found with(List<Hit> others) {
    return new Found(others, plan, scored, matching);
  }

  /** How hits are found. Their scores are exact in every plan. */
  public enum Plan {
    /** Every item that the filter lets through is scored. */
    EXACT,
    /**
     * One-bit codes of all items are looked at, and the best by that estimate are scored, so many
     * that no other is likely to be better.
     */
    CODES
  }
}
