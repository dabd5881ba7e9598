package dev.filip.cli;

import dev.filip.io.Tasks;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * Something that is opened on a thread of its own while its owner does something else. Closing it
 * waits for the thread and closes what was opened, asked for or not. Used by one thread.
 */
final class Ahead<T extends AutoCloseable> implements AutoCloseable {
  private final FutureTask<T> task;

  private Ahead(FutureTask<T> task) {
    this.task = task;
  }

  static <T extends AutoCloseable> Ahead<T> of(Callable<T> opening) {
    FutureTask<T> task = new FutureTask<>(opening);
    Thread.ofPlatform().name("filip-ahead").start(task);
    return new Ahead<>(task);
  }

  /**
   * What was opened; it is closed with this.
   *
   * @throws RuntimeException the one with which the opening failed
   */
  T get() {
    Tasks.await(List.of(task));
    return task.resultNow();
  }

  @Override
  public void close() {
    try {
      Tasks.await(List.of(task));
    } catch (RuntimeException e) {
      return; // who asked for it has been told
    }
    try {
      task.resultNow().close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
