package dev.filip.io;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Tasks of several threads that use memory which their caller frees: what waits for them comes back
 * when all have ended, whatever fails meanwhile. (A parallel stream comes back with the first
 * failure, while other threads go on.) Stateless.
 */
public final class Tasks {
  private Tasks() {}

  /**
   * Waits for all. An interrupt does not end the waiting; it is passed on.
   *
   * @throws RuntimeException the first task's, in the given order, that failed; the failures of
   *     others are suppressed in it
   */
  public static void await(List<? extends Future<?>> tasks) {
    boolean interrupted = false;
    List<Throwable> failures = new ArrayList<>();
    for (Future<?> task : tasks) {
      boolean waiting = true;
      while (waiting) {
        try {
          task.get();
          waiting = false;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          failures.add(e.getCause());
          waiting = false;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    throwFirst(failures);
  }

  /** Runs {@code body} for 0 to {@code count - 1} on the JVM's common pool and waits for all. */
  public static void forEach(int count, IntConsumer body) {
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    IntStream.range(0, count)
        .parallel()
        .forEach(i -> {
          try {
            body.accept(i);
          } catch (RuntimeException | Error e) {
            failures.add(e);
          }
        });
    throwFirst(List.copyOf(failures));
  }

  private static void throwFirst(List<Throwable> failures) {
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.getFirst();
    for (Throwable other : failures) {
      if (other != first) {
        first.addSuppressed(other);
      }
    }
    switch (first) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(first);
    }
  }
}
