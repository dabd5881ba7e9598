package dev.filip.search;

import dev.filip.io.BadInput;
import org.jspecify.annotations.Nullable;

/**
 * Which hits are wanted. Immutable.
 *
 * @param k hits at most
 * @param filter such as {@code tag:x AND year>2010} ({@link FilterParser}); null for all items
 * @param exact whether every item that the filter lets through is scored, however many
 * @param minProbability hits have at least this {@link Hit#probability}, from 0 on; null where none
 *     is asked for
 * @param diversity how much a hit's likeness to those before it counts against its score: from 0,
 *     as ranked, to 1
 * @param group hits that are at least so much like a better one are shown as {@link Hit#same} of
 *     it; null where none are
 */
public record SearchOptions(
    int k,
    @Nullable String filter,
    boolean exact,
    @Nullable Double minProbability,
    double diversity,
    @Nullable Double group) {
  /** Every candidate is compared with every hit. */
  private static final int MOST_CHOSEN = 200;

  private static final int LEAST_CANDIDATES = 100;
  private static final int CANDIDATES = 4;

  public SearchOptions {
    BadInput.require(k >= 1, "k", k, ">= 1");
    BadInput.require(
        minProbability == null || minProbability >= 0 && minProbability < 1,
        "min-probability",
        minProbability + "",
        "at least 0 and below 1");
    BadInput.require(diversity >= 0 && diversity <= 1, "diversity", diversity, "in 0..1");
    BadInput.require(
        group == null || group > 0 && group <= 1, "group", group + "", "above 0, at most 1");
    BadInput.require(
        diversity == 0 && group == null || k <= MOST_CHOSEN,
        "k",
        k,
        "<= " + MOST_CHOSEN + " with diversity or group");
  }

  /** The best k of all items, by the plan that fits. */
  public static SearchOptions of(int k) {
    return new SearchOptions(k, null, false, null, 0, null);
  }

  /** The same among the items that a filter lets through. */
  public SearchOptions filter(@Nullable String expression) {
    return new SearchOptions(k, expression, exact, minProbability, diversity, group);
  }

  /** The same with every item scored, or not. */
  public SearchOptions exact(boolean all) {
    return new SearchOptions(k, filter, all, minProbability, diversity, group);
  }

  /** The same without hits that an unrelated query might have given. */
  public SearchOptions minProbability(@Nullable Double least) {
    return new SearchOptions(k, filter, exact, least, diversity, group);
  }

  /** The same with unlike hits before more of the same. */
  public SearchOptions diversity(double counts) {
    return new SearchOptions(k, filter, exact, minProbability, counts, group);
  }

  /** The same with near duplicates as one. */
  public SearchOptions group(@Nullable Double alike) {
    return new SearchOptions(k, filter, exact, minProbability, diversity, alike);
  }

  /** Whether hits are shown as they are ranked. */
  boolean isPlain() {
    return minProbability == null && !isChosen();
  }

  private boolean isChosen() {
    return diversity > 0 || group != null;
  }

  /** Hits to choose among. */
  int candidates() {
    return isChosen() ? Math.max(LEAST_CANDIDATES, CANDIDATES * k) : k;
  }
}
