package dev.filip.pickle;

/** What is wrong with a pickle, without the file's name: who opened the file puts it in front. */
public final class BadPickle extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One line, to stand after "its pickle". */
  public BadPickle(String message) {
    super(message);
  }

  /** Throws; for expressions. */
  public static long raise(String message) {
    throw new BadPickle(message);
  }
}
