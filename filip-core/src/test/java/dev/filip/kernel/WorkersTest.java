package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  /** Whoever fails, the caller among them: the memory of the others is still in use. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aFailedWorkerLeavesNoneRunning(int failing) {
    AtomicInteger running = new AtomicInteger();
    CyclicBarrier all = new CyclicBarrier(4);
    try (Workers workers = new Workers(4)) {
      assertThatThrownBy(() ->
              workers.forEach(
                  4,
                  (worker, task) -> {
                    running.incrementAndGet();
                    try {
                      all.await(); // each has one of the tasks
                      if (worker == failing) {
                        throw new IllegalArgumentException("worker " + worker);
                      }
                      Thread.sleep(30L * (1 + worker));
                    } catch (InterruptedException | java.util.concurrent.BrokenBarrierException e) {
                      throw new IllegalStateException(e);
                    } finally {
                      running.decrementAndGet();
                    }
                  }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("worker " + failing);
      assertThat(running).hasValue(0);
    }
  }
}
