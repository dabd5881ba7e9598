package dev.filip.curate;

import org.jspecify.annotations.Nullable;

/** A rule on one caption: it takes it, changes it or leaves it as it is. Thread-safe. */
non-sealed interface TextRule extends Rule {
  /**
   * What becomes of a caption.
   *
   * @param text as it goes on to the next rule; null where the rule takes it
   * @param why it was taken; empty otherwise
   */
  record Outcome(@Nullable String text, String why) {
    /** It stays, perhaps changed. */
    static Outcome kept(String text) {
      return new Outcome(text, "");
    }

    /** It goes. */
    static Outcome taken(String why) {
      return new Outcome(null, why);
    }
  }

  /** Judges one caption. */
  Outcome apply(String caption);
}
