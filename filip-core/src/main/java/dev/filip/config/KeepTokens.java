package dev.filip.config;

import static dev.filip.io.BadInput.require;

/**
 * Token selection of the late loss (paper 2.1).
 *
 * @param share of the tokens kept; 1 = all, no selection (the paper: 0.25)
 * @param after share of the steps (below 1) or steps before the selection begins
 * @param atLeast tokens of an item that stay whatever its share; all where it has no more
 */
public record KeepTokens(double share, double after, int atLeast) {
  /**
   * No selection; a share alone begins at half of the steps and leaves 12 tokens
   * (docs/TRAINING.md).
   */
  public static final KeepTokens ALL = new KeepTokens(1, 0.5, 12);

  public KeepTokens {
    require(share > 0 && share <= 1, "loss.keep_tokens", share, "in (0, 1], 1 = all");
    StepCount.check("loss.keep_after", after);
    require(atLeast >= 1, "loss.keep_at_least", atLeast, ">= 1");
  }

  /** Whether a step selects at all; steps count from 1. */
  public boolean selects(long step, int total) {
    return share < 1 && step > StepCount.of(after, total);
  }

  /** Tokens kept of so many. */
  public int of(int tokens) {
    return Math.min(tokens, Math.max(atLeast, (int) (tokens * share)));
  }
}
