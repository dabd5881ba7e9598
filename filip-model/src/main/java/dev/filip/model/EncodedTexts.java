package dev.filip.model;

import dev.filip.kernel.TokenSet;

/**
 * Texts as arrays.
 *
 * @param tokens per text the unit rows of [BOS] to [EOS], no padding
 * @param embeds {@code [count,d]} unit [EOS] rows
 */
public record EncodedTexts(TokenSet tokens, float[] embeds) {}
