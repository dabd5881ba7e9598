package dev.filip.eval;

/**
 * The probability that at least one right candidate is among the first k when equal scores are
 * ordered at random. Constant scores so give the chance level, not 0 or 1. Stateless.
 */
final class Chances {
  private Chances() {}

  /**
   * @param greater wrong candidates that score higher than the best right one
   * @param equalWrong wrong candidates with exactly its score
   * @param equalRight right candidates with exactly its score, itself included
   */
  static double inFirst(int k, int greater, int equalWrong, int equalRight) {
    int places = k - greater;
    if (places <= 0) {
      return 0;
    }
    if (places > equalWrong) {
      return 1;
    }
    double none = 1; // C(equalWrong, places) / C(equalWrong + equalRight, places)
    for (int i = 0; i < places; i++) {
      none *= (double) (equalWrong - i) / (equalWrong + equalRight - i);
    }
    return 1 - none;
  }
}
