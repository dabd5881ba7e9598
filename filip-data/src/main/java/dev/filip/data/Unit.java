package dev.filip.data;

/**
 * Neighbouring samples that stay together in a batch, at one of their appearances.
 *
 * @param source number of the source
 * @param shard in which they lie, or {@link #WHOLE}
 * @param first index of the first of them in the shard, or in the whole source
 * @param epoch of the order that it belongs to
 * @param round 0 for its first appearance in that epoch, 1 for the second...
 */
public record Unit(int source, int shard, long first, long epoch, int round) {
  /** Instead of a shard: {@link #first} counts over all shards. */
  public static final int WHOLE = -1;

  /** What random choices for its {@code i}-th sample are keyed by. */
  long number(int i) {
    return shard == WHOLE ? first + i : (long) shard << 32 | first + i;
  }

  /** For messages: source number, colon, where the {@code i}-th sample lies. */
  String name(int i) {
    return source + ":" + (shard == WHOLE ? "" : shard + ":") + (first + i);
  }
}
