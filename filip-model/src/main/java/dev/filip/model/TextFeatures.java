package dev.filip.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What the text tower gives: {@code tokens [b,m,d]} unit rows (valid ones first: {@code length[i]},
 * [BOS] to [EOS]; the rest is anything), {@code embeds [b,d]} the unit [EOS] row.
 */
public record TextFeatures(Tensor tokens, Tensor embeds, int[] length) {}
