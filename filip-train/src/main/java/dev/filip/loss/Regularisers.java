package dev.filip.loss;

import dev.filip.config.LossConfig;

/**
 * What is added to a cross entropy to keep it from extremes.
 *
 * @param labelSmoothing share of the target spread over the batch, in [0, 1)
 * @param zLoss weight of the squared log-sum-exp of each row of logits (Chowdhery et al. 2022,
 *     PaLM, section 5: 1e-4), averaged as the cross entropies are; &gt;= 0
 */
public record Regularisers(double labelSmoothing, double zLoss) {
  /** None. */
  public static final Regularisers NONE = new Regularisers(0, 0);

  public Regularisers {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1 && zLoss >= 0)) {
      throw new IllegalArgumentException(
          "label smoothing must be in [0, 1) and the z-loss >= 0, got "
              + labelSmoothing
              + " and "
              + zLoss);
    }
  }

  static Regularisers of(LossConfig loss) {
    return new Regularisers(loss.labelSmoothing(), loss.zLoss());
  }
}
