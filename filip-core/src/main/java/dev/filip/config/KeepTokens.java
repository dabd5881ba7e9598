package dev.filip.config;

/** Token selection of the late loss (paper 2.1). */
public record KeepTokens(double share, double after, int atLeast) {
  static final Section<KeepTokens> KEYS =
      Section.of(
          "loss",
          KeepTokens.class,
          Key.of(
                  "keep_tokens",
                  Type.number("in (0, 1], 1 = all"),
                  1.0,
                  "share of the tokens kept by token selection (the paper: 0.25)")
              .filling("share"),
          Key.of("keep_after", StepCount.TYPE, 0.5, "before token selection begins")
              .filling("after"),
          Key.of(
                  "keep_at_least",
                  Type.whole(">= 1"),
                  12,
                  "tokens of an image or a text that stay whatever the share")
              .filling("atLeast"));

  /**
   * No selection; a share alone begins at half of the steps and leaves 12 tokens
   * (docs/TRAINING.md).
   */
  public static final KeepTokens ALL = KEYS.byDefault();

  public KeepTokens {
    KEYS.check(share, after, atLeast);
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
