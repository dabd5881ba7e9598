package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Pictures at the tower: one at a time, in the order of coming, none for ever. */
class TowerTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final Tower tower = new Tower();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);

  /** Is at the tower until {@code end}. */
  private Future<String> first(ExecutorService all) throws InterruptedException {
    Future<String> first =
        all.submit(() ->
            tower.take(
                LONG,
                () -> {
                  begun.countDown();
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return "first";
                }));
    begun.await();
    return first;
  }

  @Test
  void oneAfterAnotherInTheOrderOfComing() throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> first = first(all);
      List<Future<Boolean>> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int number = i;
        others.add(all.submit(() -> tower.take(LONG, () -> order.add(number))));
        Thread.sleep(50);
      }
      assertThat(order).isEmpty();
      end.countDown();
      assertThat(first.get()).isEqualTo("first");
      for (Future<Boolean> other : others) {
        other.get();
      }
    }
    assertThat(order).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void whoWaitsTooLongIsToldToComeAgain() throws Exception {
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> first = first(all);
      assertThatThrownBy(() -> tower.take(Duration.ofMillis(50), () -> ""))
          .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.status()).isEqualTo(503))
          .hasMessageContaining("try again");
      end.countDown();
      first.get();
      assertThat(tower.take(LONG, () -> "free again")).isEqualTo("free again");
    }
  }

  @Test
  void whoIsInterruptedWaitsNoLonger() throws Exception {
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> first = first(all);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> tower.take(LONG, () -> "")).isInstanceOf(Refused.class);
      assertThat(Thread.interrupted()).isTrue();
      end.countDown();
      first.get();
    }
  }
}
