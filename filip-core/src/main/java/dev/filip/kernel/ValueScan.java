package dev.filip.kernel;

import dev.filip.io.BadInput;
import dev.filip.tokens.ItemValue;
import dev.filip.tokens.QueryValue;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;

/**
 * {@link LateScan} of items that come as {@link ItemValue}s, one at a time: the same scores to the
 * bit. Immutable, safe for any thread; each thread takes a {@link Scorer} of its own.
 */
public final class ValueScan {
  private final LateScan scan;
  private final int d;
  private final long encoder;

  /**
   * @throws BadInput where the query's encoder is none
   */
  public ValueScan(QueryValue query) {
    scan = LateScan.weighted(query.rows(), query.d(), query.weight());
    d = query.d();
    encoder = ItemValue.encoder(query.encoder());
  }

  /** One for a thread. */
  public Scorer scorer() {
    return new Scorer();
  }

  /** Scores values. Used by one thread. */
  public final class Scorer {
    private static final int[] FIRST = {0};
    private final float[] score = new float[1];

    private Scorer() {}

    /**
     * The score of an item, as {@link LateScan#forward}.
     *
     * @param at where its value begins among {@code bytes}
     * @throws BadInput where it is none, or of another encoder or width than the query
     */
    public float score(byte[] bytes, int at, int length) {
      int n = ItemValue.rows(bytes, at, length, d, encoder);
      MemorySegment rows =
          MemorySegment.ofArray(bytes).asSlice(at + ItemValue.HEAD, (long) n * d * Short.BYTES);
      scan.forward(Tokens.packed(rows, Tokens.Type.BF16, d, n), FIRST, 1, score);
      return score[0];
    }
  }
}
