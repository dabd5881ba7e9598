package dev.filip.data;

/**
 * Training data that cannot go on: a disk that fails, a shard that cannot be had. The message is
 * one line; the feed stands where it stood before the batch that was asked for.
 */
public final class DataStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What a rank throws that has nothing to say itself: another one has failed. */
  public static final String ELSEWHERE = "";

  /** A ready line, or {@link #ELSEWHERE}. */
  public DataStopped(String message) {
    super(message);
  }
}
