package dev.filip.search;

import dev.filip.io.BadInput;
import org.jspecify.annotations.Nullable;

/**
 * Which hits are wanted. Immutable.
 *
 * @param k hits at most
 * @param filter such as {@code tag:x AND year>2010} ({@link FilterParser}); null for all items
 * @param exact whether every item that the filter lets through is scored, however many
 */
public record SearchOptions(int k, @Nullable String filter, boolean exact) {
  public SearchOptions {
    BadInput.require(k >= 1, "k", k, ">= 1");
  }

  /** The best k of all items, by the plan that fits. */
  public static SearchOptions of(int k) {
    return new SearchOptions(k, null, false);
  }

  /** The same among the items that a filter lets through. */
  public SearchOptions filter(@Nullable String expression) {
    return new SearchOptions(k, expression, exact);
  }

  /** The same with every item scored, or not. */
  public SearchOptions exact(boolean all) {
    return new SearchOptions(k, filter, all);
  }
}
