package dev.filip.loss;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A loss and its own gradient on detached features: what the towers then receive by {@code
 * backward(roots, gradients)}. Tensors lie where the features do.
 *
 * @param numbers the loss and what is told of it; a loss on a device keeps them there until asked
 * @param dImageTokens {@code [b,n,d]} or null where the loss does not use tokens
 * @param dTextTokens {@code [b,m,d]} or null; 0 beyond each text's length
 * @param dImageEmbeds {@code [b,d]} or null where the loss does not use embeddings
 * @param dTextEmbeds {@code [b,d]} or null
 */
public record LossGradient(
    LossNumbers numbers,
    @Nullable Tensor dImageTokens,
    @Nullable Tensor dTextTokens,
    @Nullable Tensor dImageEmbeds,
    @Nullable Tensor dTextEmbeds) {

  /**
   * The loss.
   *
   * @throws NonFiniteLoss as any of the numbers below, where it was found on a device and a
   *     feature, the scale or the loss was NaN or infinite
   */
  public double loss() {
    return numbers.get(LossNumbers.LOSS);
  }

  /** Its derivative by the log-scale. */
  public double dLogScale() {
    return numbers.get(LossNumbers.D_LOG_SCALE);
  }

  /** Share of images whose own text scores best in the batch. */
  public double accuracyImage() {
    return numbers.get(LossNumbers.ACCURACY_IMAGE);
  }

  /** Share of texts whose own image scores best. */
  public double accuracyText() {
    return numbers.get(LossNumbers.ACCURACY_TEXT);
  }

  /**
   * Health sign of late interaction: share of positive-pair patches whose best word is the batch's
   * most chosen position; NaN for a global loss.
   */
  public double sameWordShare() {
    return numbers.get(LossNumbers.SAME_WORD_SHARE);
  }

  /** Entropy (nats) of the word positions chosen by patches of positive pairs; NaN for global. */
  public double wordEntropy() {
    return numbers.get(LossNumbers.WORD_ENTROPY);
  }
}
