package dev.filip.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.OptimizerConfig;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import org.junit.jupiter.api.Test;

class ScalarOptimizersTest {
  /**
   * By hand: p = 2, g = 0.5 then -0.5, b1 = 0.9, b2 = 0.99, decay 0.1, lr 0.1, eps tiny. The first
   * corrected step is the gradient's sign: p = 2 (1 - 0.01) - 0.1 = 1.88. Then m = 0.045 - 0.05 =
   * -0.005, corrected by 1 - 0.81 = 0.19; v is 0.25 corrected.
   */
  @Test
  void adamwByHand() {
    var p = ScalarOptimizers.State.of(2);
    OptimizerConfig settings =
        new OptimizerConfig(Name.ADAMW, 1, 0.1, new Betas(0.9, 0.99), 1e-15, 0, false);
    ScalarOptimizers.adamw(p, new double[] {0.5}, settings, 0.1, 0.1, 1);
    assertThat(p.weights()[0]).isEqualTo(1.88, within(1e-12));
    ScalarOptimizers.adamw(p, new double[] {-0.5}, settings, 0.1, 0.1, 2);
    double expected = 1.88 * 0.99 + 0.1 * (0.005 / 0.19) / 0.5;
    assertThat(p.weights()[0]).isEqualTo(expected, within(1e-12));
  }

  /**
   * By hand: p = (3, 4), g = (1, 0), b1 = 0.9, b2 = 0.99, eps = 0.1, decay 0.5, lr 0.01. m = (0.1,
   * 0), v = (0.01, 0), u = (0.1 / (0.1 + 0.1), 0) + 0.5 (3, 4) = (2, 2), |p| = 5, |u| = 2 sqrt 2;
   * bias correction would have made u = (1 / 1.1 + 1.5, 2).
   */
  @Test
  void lambByHand() {
    var p = ScalarOptimizers.State.of(3, 4);
    OptimizerConfig settings =
        new OptimizerConfig(Name.ADAMW, 1, 0.5, new Betas(0.9, 0.99), 0.1, 0, false);
    ScalarOptimizers.lamb(p, new double[] {1, 0}, settings, 0.5, 0.01);
    double move = 0.01 * 5 / (2 * Math.sqrt(2)) * 2;
    assertThat(p.weights()).containsExactly(new double[] {3 - move, 4 - move}, within(1e-12));
  }

  @Test
  void lambClampsTheWeightNormToTen() {
    assertThat(Lamb.trustRatio(20, 4)).isEqualTo(2.5);
    assertThat(Lamb.trustRatio(8, 4)).isEqualTo(2);
    assertThat(Lamb.trustRatio(0, 4)).isEqualTo(1);
    assertThat(Lamb.trustRatio(8, 0)).isEqualTo(1);
  }
}
