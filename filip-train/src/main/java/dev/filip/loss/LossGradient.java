package dev.filip.loss;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A loss and its own gradient on detached features: what the towers then receive by {@code
 * backward(roots, gradients)}.
 *
 * @param dImageTokens {@code [b,n,d]} or null where the loss does not use tokens
 * @param dTextTokens {@code [b,m,d]} or null; 0 beyond each text's length
 * @param dImageEmbeds {@code [b,d]} or null where the loss does not use embeddings
 * @param dTextEmbeds {@code [b,d]} or null
 * @param accuracyImage share of images whose own text scores best in the batch (and the other way
 *     for accuracyText)
 * @param sameWordShare health sign of late interaction: share of positive-pair patches whose best
 *     word is the batch's most chosen position; NaN for global
 * @param wordEntropy entropy (nats) of the word positions chosen by patches of positive pairs; NaN
 *     for global
 */
public record LossGradient(
    double loss,
    @Nullable Tensor dImageTokens,
    @Nullable Tensor dTextTokens,
    @Nullable Tensor dImageEmbeds,
    @Nullable Tensor dTextEmbeds,
    double dLogScale,
    double accuracyImage,
    double accuracyText,
    double sameWordShare,
    double wordEntropy) {}
