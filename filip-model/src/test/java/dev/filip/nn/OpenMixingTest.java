package dev.filip.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.model.AttentionMaps;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Kept;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention with its maps in the open beside libtorch's fused one, and by hand. */
class OpenMixingTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "2,3,5,7", "1,2,17,3", "3,1,33,16", "1,4,130,8"})
  void equalsTheFastWay(int b, int heads, int n, int width) {
    for (boolean causal : new boolean[] {false, true}) {
      try (var _ = new StepScope();
          Kept kept = new Kept()) {
        Tensor[] x = new Tensor[3];
        for (int i = 0; i < 3; i++) {
          x[i] = random(i, b, heads, n, width);
        }
        List<float[]> seen = new ArrayList<>();
        Mixing open =
            new OpenMixing(
                kept,
                width,
                causal,
                maps -> {
                  seen.add(Tensors.toFloats(maps));
                  return maps;
                });
        float[] slow = Tensors.toFloats(open.attend(x[0], x[1], x[2], Compute.FP32));
        Mixing fast = new HeadMixing(kept, width, causal);
        float[] fused = Tensors.toFloats(fast.attend(x[0], x[1], x[2], Compute.FP32));
        assertThat(slow).containsExactly(fused, within(2e-5f));
        rowsAreShares(seen.getFirst(), n, causal);
      }
    }
  }

  private static void rowsAreShares(float[] maps, int n, boolean causal) {
    for (int row = 0; row < maps.length / n; row++) {
      double sum = 0;
      for (int key = 0; key < n; key++) {
        sum += maps[row * n + key];
        if (causal && key > row % n) {
          assertThat(maps[row * n + key]).isZero();
        }
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
  }

  private static Tensor random(int seed, long... shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    Random random = new Random(seed);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.fromFloats(values, shape);
  }

  /**
   * Two tokens of width 2, one head, queries 0: both rows of the map are (1/2, 1/2). Values (1, 2)
   * and (3, -1); the score is 2 x the first output's first number + the second output's second. So
   * d score / d map[0, .] = 2 x (1, 3), d score / d map[1, .] = (2, -1).
   */
  @Test
  void theGradientByHand() {
    try (var _ = new StepScope();
        Kept kept = new Kept()) {
      List<Tensor> leaves = new ArrayList<>();
      Mixing open =
          new OpenMixing(
              kept,
              2,
              false,
              maps -> {
                Tensor leaf = maps.detach();
                leaf.requires_grad_(true);
                leaves.add(leaf);
                return leaf;
              });
      Tensor zero = Tensors.fromFloats(new float[4], 1, 1, 2, 2);
      Tensor values = Tensors.fromFloats(new float[] {1, 2, 3, -1}, 1, 1, 2, 2);
      Tensor out = open.attend(zero, zero, values, Compute.FP32);
      Tensor score = out.mul(Tensors.fromFloats(new float[] {2, 0, 0, 1}, 1, 1, 2, 2)).sum();
      float[] gradient =
          Tensors.toFloats(
              torch.grad(new TensorVector(score), new TensorVector(leaves.getFirst())).get(0));
      assertThat(gradient).containsExactly(2, 6, 2, -1);
      float[] map = Tensors.toFloats(leaves.getFirst().detach());
      assertThat(map).containsExactly(0.5f, 0.5f, 0.5f, 0.5f);
      AttentionMaps maps = new AttentionMaps(1, 2, map, gradient, new int[] {0});
      assertThat(maps.cam(0)).containsExactly(1, 3);
      assertThat(maps.cam(1)).containsExactly(1, 0); // what lowers the score counts as nothing
      assertThat(maps.cam(0, 1)).containsExactly(1, 1.5f);
    }
  }
}
