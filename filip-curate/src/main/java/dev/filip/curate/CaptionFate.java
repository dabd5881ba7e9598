package dev.filip.curate;

/**
 * What rules on texts make of a caption, and of all captions of an image, in a {@code long}: the
 * rule that takes it, above the rules that changed it.
 */
final class CaptionFate {
  /** Of an image without a caption. */
  static final long NO_CAPTION = 0;

  private static final int CHANGES = RuleBook.MOST;
  private static final long CHANGED = (1L << CHANGES) - 1;

  private CaptionFate() {}

  /**
   * Of a caption.
   *
   * @param by number of the rule that takes it, or {@link Verdict#NONE}
   * @param changed the rules that changed it, bit by bit
   */
  static long of(int by, long changed) {
    long place = by == Verdict.NONE ? by : by + 1;
    return place << CHANGES | changed;
  }

  /** An image goes with its last caption: of both the one that comes further. */
  static long both(long one, long other) {
    long further = Math.max(one >>> CHANGES, other >>> CHANGES);
    return further << CHANGES | (one | other) & CHANGED;
  }

  /** The rule that takes it, or {@link Verdict#NONE}; without meaning where there is no caption. */
  static int rule(long fate) {
    int place = (int) (fate >>> CHANGES);
    return place == Verdict.NONE ? place : place - 1;
  }

  /** The rules that changed a caption. */
  static long changed(long fate) {
    return fate & CHANGED;
  }
}
