package dev.filip.model;

import java.util.List;

/**
 * What a tower computes before L2, for comparison with other programs.
 *
 * @param items images or texts
 * @param tokens tokens of each: n, 1 + n with [CLS] first where the tower has it, or the longest
 *     text's length
 * @param d width of {@code projected}
 * @param projected {@code [items,tokens,d]}
 * @param pooled {@code [items,d]} the row that stands for the item before L2: [CLS], what the
 *     pooling head gives, or [EOS]
 * @param width tower width
 * @param blocks residual output of each block, before the final norm, {@code [items,tokens,width]}
 */
public record RawTokens(
    int items,
    int tokens,
    int d,
    float[] projected,
    float[] pooled,
    int width,
    List<float[]> blocks) {}
