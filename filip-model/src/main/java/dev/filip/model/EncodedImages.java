package dev.filip.model;

import dev.filip.kernel.TokenSet;

/**
 * Images as arrays.
 *
 * @param tokens per image the unit rows that take part in late interaction
 * @param embeds {@code [count,d]} unit [CLS] rows
 */
public record EncodedImages(TokenSet tokens, float[] embeds) {}
