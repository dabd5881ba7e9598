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

  /** Pairs, b. */
  public int size() {
    return keys.size();
  }
}
