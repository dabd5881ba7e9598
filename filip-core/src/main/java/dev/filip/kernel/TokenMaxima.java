package dev.filip.kernel;

/**
 * How well each token is matched by anything on the other side: {@code images[start[i] + k]} is the
 * best product of patch k of image i with any token of any text, {@code texts} the same for words;
 * both counted by {@code Tokens} rows, minus infinity where no item owns the row.
 */
public record TokenMaxima(float[] images, float[] texts) {}
