package dev.filip.train;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What something has opened so far, closed together, the last first. A start that opens several
 * things hands them over at its end; where it fails before, they are closed. Not thread-safe.
 */
final class Opened implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Closes it with the others from now on. */
  <C extends AutoCloseable> C add(C opened) {
    open.push(opened);
    return opened;
  }

  /** All has an owner now: nothing is closed here. */
  void handOver() {
    open.clear();
  }

  /** Closes all, whatever fails; the first failure is thrown, later ones suppressed in it. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = e instanceof RuntimeException known ? known : new IllegalStateException(e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
