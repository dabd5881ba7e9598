package dev.filip.kernel;

import dev.filip.tokens.Tokens;

/**
 * Says which form its own JVM runs, after running it, and resizes a picture. What begins with
 * features in bf16 comes first: nothing has asked for vectors before.
 */
final class KernelsProbe {
  private KernelsProbe() {}

  public static void main(String[] args) {
    Tokens one = Tokens.ofRows(new float[] {1, 0, 0, 1}, 2);
    try (LateKernel kernel = LateKernel.bf16(PlainProduct.INSTANCE, 1)) {
      System.out.print("bf16 " + kernel.scores(one, one).sImage()[0] + ", ");
    }
    PairScores scores = LateInteraction.scores(one, one, 2);
    System.out.print(resized(Kernels.haveVectors())[0] + " ");
    System.out.print(Kernels.active().name() + " " + scores.sImage()[0] + scores.sImage()[1]);
  }

  private static int[] resized(boolean vectors) {
    ResizeWeights two = ResizeWeights.of(ResizeWeights.Filter.BICUBIC, 2, 1);
    ResizeKernel.Grid grid = new ResizeKernel.Grid(new int[] {0, 0, 0x02020202, 0x02020202}, 0, 2);
    ResizeKernel.Window all = new ResizeKernel.Window(0, 0, 1, 1);
    return vectors
        ? ResizeKernel.vector(grid, two, two, all)
        : ResizeKernel.plain(grid, two, two, all);
  }
}
