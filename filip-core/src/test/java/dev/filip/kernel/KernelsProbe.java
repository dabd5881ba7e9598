package dev.filip.kernel;

import dev.filip.tokens.Tokens;

/** Says which form its own JVM runs, after running it. */
final class KernelsProbe {
  private KernelsProbe() {}

  public static void main(String[] args) {
    Tokens one = Tokens.ofRows(new float[] {1, 0, 0, 1}, 2);
    PairScores scores = LateInteraction.scores(one, one, 2);
    System.out.print(Kernels.active().name() + " " + scores.sImage()[0] + scores.sImage()[1]);
  }
}
