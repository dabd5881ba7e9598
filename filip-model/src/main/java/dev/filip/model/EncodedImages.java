package dev.filip.model;

import dev.filip.kernel.TokenSet;

/**
 * Images as arrays.
 *
 * @param tokens per image the unit rows that take part in late interaction
 * @param embeds {@code [count,d]} unit rows that stand for the whole pictures ([CLS] or the pooling
 *     head's)
 */
public record EncodedImages(TokenSet tokens, float[] embeds) {}
