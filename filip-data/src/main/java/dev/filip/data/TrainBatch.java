package dev.filip.data;

import dev.filip.text.TokenBatch;
import java.util.List;

/**
 * One batch: pair i is row i of all.
 *
 * @param pixels b images
 * @param tokens of the captions that were drawn, b rows
 * @param captions the captions themselves
 * @param keys names of the samples: source number, colon, key
 */
public record TrainBatch(
    Pixels pixels, TokenBatch tokens, List<String> captions, List<String> keys) {
  public TrainBatch {
    captions = List.copyOf(captions);
    keys = List.copyOf(keys);
  }

  /** Pairs without the words and names that they were made of. */
  public static TrainBatch of(Pixels pixels, TokenBatch tokens) {
    return new TrainBatch(pixels, tokens, List.of(), List.of());
  }

  /** The same pairs, their images held otherwise. */
  public TrainBatch with(Pixels other) {
    return new TrainBatch(other, tokens, captions, keys);
  }

  /** Pairs, b. */
  public int size() {
    return tokens.rows();
  }
}
