package dev.filip.text;

import dev.filip.config.TextPooling;
import dev.filip.io.BadInput;
import java.util.Arrays;

/**
 * Token ids of t texts, padded to one length: {@code ids[row * context + position]}; valid ids of a
 * row are its first {@code length[row]}, [BOS] to [EOS]. What lies beyond is padding and its id
 * means nothing: masks are made from lengths, never from ids.
 */
public record TokenBatch(int rows, int context, int[] ids, int[] length) {
  public TokenBatch {
    if (ids.length != Math.multiplyExact(rows, context) || length.length != rows) {
      throw BadInput.of("ids", ids.length, "rows x context = " + rows + " x " + context);
    }
  }

  /** A copy of {@code count} rows from {@code from} on. */
  public TokenBatch slice(int from, int count) {
    return new TokenBatch(
        count,
        context,
        Arrays.copyOfRange(ids, from * context, (from + count) * context),
        Arrays.copyOfRange(length, from, from + count));
  }

  /** The position whose vector stands for a text as a whole. */
  public int pooled(int row, TextPooling pooling) {
    int last = length[row] - 1;
    return switch (pooling) {
      case EOS -> last;
      case LARGEST_ID -> largest(row * context, last);
    };
  }

  private int largest(int start, int last) {
    int at = 0;
    for (int i = 1; i <= last; i++) {
      if (ids[start + i] > ids[start + at]) {
        at = i;
      }
    }
    return at;
  }
}
