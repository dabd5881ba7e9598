package dev.filip.pickle;

/** What is wrong with a pickle, without the file's name: {@link TorchFile} puts it in front. */
final class BadPickle extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadPickle(String message) {
    super(message);
  }

  /** Throws; for expressions. */
  static long raise(String message) {
    throw new BadPickle(message);
  }
}
