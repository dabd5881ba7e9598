package dev.filip.kernel;

/** Says which form its own JVM runs, after running it. */
final class KernelsProbe {
  private KernelsProbe() {}

  public static void main(String[] args) {
    TokenSet one = new TokenSet(2, new float[] {1, 0, 0, 1}, new int[] {0, 1, 2});
    PairScores scores = LateInteraction.scores(one, one, 2);
    System.out.print(Kernels.active().name() + " " + scores.sImage()[0] + scores.sImage()[1]);
  }
}
