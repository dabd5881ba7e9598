package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TasksTest {
  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nobodyIsLeftBehindWhenOneFails() {
    AtomicInteger done = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      List<Future<?>> tasks =
          List.of(
              pool.submit(() -> {
                throw new IllegalArgumentException("the first");
              }),
              pool.submit(() -> {
                pause(100);
                done.incrementAndGet();
              }),
              pool.submit(() -> {
                pause(50);
                done.incrementAndGet();
                throw new UnsupportedOperationException("the third");
              }));
      assertThatThrownBy(() -> Tasks.await(tasks))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the first")
          .satisfies(
              e -> assertThat(e.getSuppressed()).singleElement().asString().contains("the third"));
      assertThat(done).hasValue(2);
    }
  }

  @Test
  void anErrorStaysOneAndWhatIsCheckedIsWrapped() {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<?> error =
          pool.submit(() -> {
            throw new StackOverflowError("deep");
          });
      assertThatThrownBy(() -> Tasks.await(List.of(error))).isInstanceOf(StackOverflowError.class);
      Future<?> checked =
          pool.submit(() -> {
            throw new java.io.IOException("gone");
          });
      assertThatThrownBy(() -> Tasks.await(List.of(checked)))
          .isInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage("gone");
    }
  }

  @Test
  void anInterruptWaitsAndIsPassedOn() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    AtomicInteger done = new AtomicInteger();
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<?> slow =
          pool.submit(() -> {
            free.await();
            return done.incrementAndGet();
          });
      boolean[] interrupted = new boolean[1];
      Thread waiting =
          Thread.ofPlatform()
              .start(() -> {
                Tasks.await(List.of(slow));
                interrupted[0] = Thread.currentThread().isInterrupted() && done.get() == 1;
              });
      waiting.interrupt();
      waiting.join(100);
      assertThat(waiting.isAlive()).isTrue();
      free.countDown();
      waiting.join();
      assertThat(interrupted[0]).isTrue();
    }
  }

  @Test
  void theCommonPoolIsWaitedForToo() {
    AtomicInteger done = new AtomicInteger();
    assertThatThrownBy(() ->
            Tasks.forEach(
                200,
                i -> {
                  if (i % 50 == 7) {
                    throw new IllegalArgumentException("fails: " + i);
                  }
                  pause(1);
                  done.incrementAndGet();
                }))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(3));
    assertThat(done).hasValue(196);
    Tasks.forEach(0, i -> done.incrementAndGet());
    assertThat(done).hasValue(196);
  }
}
