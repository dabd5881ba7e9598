package dev.filip.model;

import dev.filip.io.BadInput;
import dev.filip.text.TokenBatch;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Holds a low precision to its promise: the tokens of the first items of either kind must keep a
 * mean cosine of {@link #LEAST} to those of full precision. Used by one thread at a time.
 */
final class Agreement {
  /** The least mean cosine over tokens. */
  static final double LEAST = 0.99;

  /** So many items are compared. */
  static final int ITEMS = 16;

  private final Encoder full;
  private final String precision;
  private boolean imagesHold;
  private boolean textsHold;

  /**
   * @param precision its word, for the message
   */
  Agreement(Encoder full, String precision) {
    this.full = full;
    this.precision = precision;
  }

  /** Compares the first of {@code pixels} unless some were compared. */
  void images(Encoder.Pixels pixels, Encoded found) {
    if (!imagesHold) {
      Tokens expected = full.images(Math.min(ITEMS, found.size()), pixels).tokens();
      require("image", expected, found.tokens());
      imagesHold = true;
    }
  }

  /** Compares the first of {@code texts} unless some were compared. */
  void texts(TokenBatch texts, Encoded found) {
    if (!textsHold) {
      int[] first = IntStream.range(0, Math.min(ITEMS, texts.rows())).toArray();
      require("text", full.texts(Encoder.select(texts, first)).tokens(), found.tokens());
      textsHold = true;
    }
  }

  private void require(String what, Tokens expected, Tokens found) {
    double cosine = meanCosine(expected, found);
    if (!(cosine >= LEAST)) {
      throw new BadInput(
          String.format(
              Locale.ROOT,
              "precision %s: the first %ss' tokens have a mean cosine of %.4f to fp32's, the rule"
                  + " is >= %.2f: take bf16 or fp32 for this model",
              precision,
              what,
              cosine,
              LEAST));
    }
  }

  /** Over the items of {@code expected}; {@code found} may hold more after them. */
  static double meanCosine(Tokens expected, Tokens found) {
    double sum = 0;
    for (int i = 0; i < expected.size(); i++) {
      float[] x = expected.floats(i);
      float[] y = found.floats(i);
      for (int c = 0; c < x.length; c++) {
        sum += (double) x[c] * y[c];
      }
    }
    return sum / expected.count();
  }
}
