package dev.filip.config;

/** How an image and a text are compared. */
public enum Interaction {
  /** FILIP: token-wise maximum similarity, averaged, in both directions. */
  LATE,
  /** CLIP: the cosine of [CLS] and [EOS]. */
  GLOBAL,
  /** Trained with a weighted sum of both losses; compared late. */
  BOTH;

  /** Whether tokens of this model are compared late. */
  public boolean usesTokens() {
    return this != GLOBAL;
  }
}
