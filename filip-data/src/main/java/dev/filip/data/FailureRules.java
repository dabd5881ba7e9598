package dev.filip.data;

import dev.filip.io.BadInput;

/**
 * When samples that cannot be used end a run.
 *
 * @param inARow so many after each other
 * @param share of all samples tried, once {@value #FEWEST} were tried
 * @param skipUnreachable goes on without a shard that cannot be had; otherwise that ends it at once
 */
public record FailureRules(int inARow, double share, boolean skipUnreachable) {
  /** Samples before a share says anything. */
  public static final int FEWEST = 1000;

  /** A hundred in a row or one in a hundred. */
  public static final FailureRules DEFAULT = new FailureRules(100, 0.01, false);

  /** Everything that cannot be used is counted, whatever there is of it. */
  public static final FailureRules COUNT = new FailureRules(Integer.MAX_VALUE, 1, false);

  public FailureRules {
    BadInput.require(inARow >= 1, "data.failures.in_a_row", inARow, ">= 1");
    BadInput.require(share > 0 && share <= 1, "data.failures.share", share, "in (0, 1]");
  }
}
