package dev.filip.kernel;

/**
 * Unscaled similarities of every image with every text, {@code [images, texts]} row-major. {@code
 * sImage}: mean over image tokens of the best text token; {@code sText}: mean over text tokens of
 * the best image token. For a global model both are the cosine.
 */
public record PairScores(int images, int texts, float[] sImage, float[] sText) {}
